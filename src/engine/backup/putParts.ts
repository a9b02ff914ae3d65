import { createHash } from 'node:crypto';
import type { FilePath } from '../../protocol/folders';
import { crc32Of } from '../checksums/crc32';
import { crc64NvmeOf } from '../checksums/crc64nvme';
import { crc32Aside, crc64NvmeAside, DigestAside } from '../checksums/hashAside';
import { inParallel } from '../concurrency/parallel';
import type { Semaphore } from '../concurrency/semaphore';
import type { OpenFile } from '../disk/openFile';
import { readRange } from '../disk/readFile';
import { acquireBuffer } from '../network/bufferPool';
import type { Bucket, ListedPart, MultipartUpload, StoredPart } from '../ports/bucket';
import type { UploadStore } from '../records/uploadStore';
import { withByteProgress } from './byteProgress';
import type { OpenUpload } from './unfinishedUploads';

export interface PutPartsRequest {
  readonly bucket: Bucket;
  readonly path: FilePath;
  /** Where the upload is kept until it is finished. */
  readonly uploads: UploadStore;
  readonly semaphore: Semaphore;
  readonly signal: AbortSignal;
  /** Called with bytes as they go out; negative where they must be sent again. */
  readonly onBytes: (bytes: number) => void;
}

/** The parts that the store has, and the SHA-256 of all their bytes, in hexadecimal. */
export interface PutParts {
  readonly parts: readonly StoredPart[];
  readonly sha256: string;
}

/**
 * Sends all parts of a file that the store does not have yet. Returns `undefined` where the file ended
 * early.
 */
export async function putParts(
  request: PutPartsRequest,
  file: OpenFile,
  open: OpenUpload,
): Promise<PutParts | undefined> {
  const sha256 = new DigestAside('sha256');
  try {
    const parts = await putEach(request, file, open, sha256);
    return parts && { parts, sha256: await sha256.digest() };
  } finally {
    sha256.dispose();
  }
}

async function putEach(
  { bucket, path, semaphore, uploads, signal, onBytes }: PutPartsRequest,
  file: OpenFile,
  { stored, arrived }: OpenUpload,
  sha256: DigestAside,
): Promise<readonly StoredPart[] | undefined> {
  const { upload, partSize, local } = stored;
  const { size } = local;
  const numbers = Array.from({ length: Math.ceil(size / partSize) }, (_, index) => index + 1);
  const parts: StoredPart[] = [];
  // Parts travel side by side but are read one after the other: one hash runs over all of them.
  let lastReading: Promise<unknown> = Promise.resolve();
  await inParallel(numbers, maxPartsAtOnce, async partNumber => {
    const start = (partNumber - 1) * partSize;
    const length = Math.min(partSize, size - start);
    const reading = lastReading.then(async () => {
      const release = await semaphore.acquire(length, signal);
      try {
        const buffer = acquireBuffer(length);
        const isWhole = await readRange({ file, path, start, buffer: buffer.bytes, signal });
        if (!isWhole) return { release };
        const hashing = sha256.update(buffer.bytes);
        // Who sends the part waits for it, unless sending fails first.
        hashing.catch(() => undefined);
        return { whole: { buffer, hashing }, release };
      } catch (error) {
        release();
        throw error;
      }
    });
    lastReading = reading.catch(() => undefined);
    const { whole, release } = await reading;
    try {
      if (whole === undefined) return;
      const { bytes: body } = whole.buffer;
      const there = arrived.get(partNumber);
      if (there !== undefined && matches(there, body)) {
        parts.push(await withChecksumFor(upload, there, body));
        onBytes(length);
      } else {
        const part = await withByteProgress(length, onBytes, onSent =>
          bucket.putPart({ upload, partNumber, body, signal, onSent }),
        );
        parts.push(part);
        uploads.keep({ ...stored, usedAt: Date.now() });
      }
      await whole.hashing;
      whole.buffer.release();
    } finally {
      release();
    }
  });
  if (parts.length < numbers.length) return undefined;
  return parts.sort((one, other) => one.partNumber - other.partNumber);
}

/** Parts of one file in flight; those of more files are in flight beside them. */
const maxPartsAtOnce = 4;

/** Not every store lists the checksum of a part, and that of the whole is made from them. */
async function withChecksumFor(
  { checksum }: MultipartUpload,
  there: ListedPart,
  body: Uint8Array,
): Promise<StoredPart> {
  switch (checksum) {
    case 'crc32':
      return { ...there, crc32: await crc32Aside(body) };
    case 'crc64nvme':
      return { ...there, crc64nvme: await crc64NvmeAside(body) };
    case 'none':
      return there;
  }
}

/** Whether the store's part consists of just these bytes, by what it lists of it. */
function matches(
  { size, etag, crc32: listedCrc32, crc64nvme: listedCrc64 }: ListedPart,
  body: Uint8Array,
): boolean {
  if (size !== body.byteLength) return false;
  if (etag === createHash('md5').update(body).digest('hex')) return true;
  if (listedCrc64 !== undefined) return listedCrc64 === crc64NvmeOf(body);
  return listedCrc32 !== undefined && listedCrc32 === crc32Of(body);
}
