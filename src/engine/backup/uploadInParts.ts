import { createHash } from 'node:crypto';
import type { ListedPart, StoredObject, StoredPart } from '../ports/bucket';
import { withByteProgress } from '../network/bodyStream';
import { crc32Of } from '../checksums/crc32';
import { toFailure } from '../failures/failure';
import { toKey } from '../disk/objectKey';
import { acquireBuffer } from '../network/bufferPool';
import { isSameState, type LocalFile } from '../disk/localFile';
import { objectAttributes } from '../disk/fileMetadata';
import type { OpenFile } from '../disk/openFile';
import { inParallel } from '../concurrency/parallel';
import { partSizeFor } from './partSize';
import { readRange } from '../disk/readFile';
import { giveUpUpload } from './giveUpUpload';
import { interruptionOf } from '../network/circuitBreaker';
import { openUpload, type OpenUpload } from './openUpload';
import type { UploadRequest } from './upload';

/** What has arrived, and the hash over the bytes that were sent. */
export interface Sent {
  readonly stored: StoredObject;
  readonly sha256: string;
}

/**
 * Sends a large file part by part, or what an earlier attempt has left of it. Gives `undefined` where
 * the file changed meanwhile: nothing of it is kept then. What only interrupts it keeps the upload,
 * to be gone on with another time.
 */
export async function uploadInParts(
  request: UploadRequest,
  file: OpenFile,
  before: LocalFile,
): Promise<Sent | undefined> {
  const { bucket, prefix, path, condition, uploads, signal, onBytes } = request;
  const attributes = await objectAttributes(file, before);
  const { size } = before;
  for (let beginning = 1; ; beginning++) {
    const open = await openUpload({
      bucket,
      key: toKey(prefix, path),
      local: before,
      partSize: partSizeFor(size),
      attributes,
      uploads,
      signal,
    });
    const { upload } = open.kept;
    let arrived = 0;
    try {
      const sent = await putParts(request, file, open, bytes => {
        arrived += bytes;
        onBytes(bytes);
      });
      if (sent !== undefined && isSameState(before, await file.stat())) {
        const { parts, sha256 } = sent;
        const stored = await bucket.completeMultipart({ upload, parts, size, condition, signal });
        uploads.forget(upload);
        return { stored, sha256 };
      }
    } catch (error) {
      onBytes(-arrived);
      const { code } = toFailure(error, path);
      if (code === 'cancelled' || interruptionOf(code) !== undefined) throw error;
      // What has arrived is worth keeping: the store may take the rest another day.
      if (code === 'file-refused') throw error;
      await giveUpUpload(bucket, open.kept, uploads);
      // Somebody has given it up, or the store wants to have all of it once more.
      if (code === 'no-such-upload' && beginning < beginnings) continue;
      throw error;
    }
    onBytes(-arrived);
    await giveUpUpload(bucket, open.kept, uploads);
    return undefined;
  }
}

/** How often an upload is begun that the store keeps giving up. */
const beginnings = 3;

/** Gives `undefined` where the file ended early. */
async function putParts(
  { bucket, path, semaphore, uploads, signal }: UploadRequest,
  file: OpenFile,
  { kept, arrived }: OpenUpload,
  onBytes: (bytes: number) => void,
): Promise<{ readonly parts: readonly StoredPart[]; readonly sha256: string } | undefined> {
  const { upload, partSize, local } = kept;
  const { size } = local;
  const numbers = Array.from({ length: Math.ceil(size / partSize) }, (_, index) => index + 1);
  const parts: StoredPart[] = [];
  const hash = createHash('sha256');
  // Parts travel side by side but are read one after the other: one hash runs over all of them.
  let turn: Promise<unknown> = Promise.resolve();
  await inParallel(numbers, partsAtOnce, async partNumber => {
    const start = (partNumber - 1) * partSize;
    const length = Math.min(partSize, size - start);
    const reading = turn.then(async () => {
      const release = await semaphore.acquire(length, signal);
      try {
        const buffer = acquireBuffer(length);
        const isWhole = await readRange({ file, path, start, buffer: buffer.bytes, signal });
        if (isWhole) hash.update(buffer.bytes);
        return { buffer: isWhole ? buffer : undefined, release };
      } catch (error) {
        release();
        throw error;
      }
    });
    turn = reading.catch(() => undefined);
    const { buffer, release } = await reading;
    try {
      if (buffer === undefined) return;
      const { bytes: body } = buffer;
      const there = arrived.get(partNumber);
      if (there !== undefined && holds(there, body)) {
        // Not every store tells it, and that of the whole is made from them.
        parts.push(upload.takesCrc32 ? { ...there, crc32: crc32Of(body) } : there);
        onBytes(length);
      } else {
        const part = await withByteProgress(length, onBytes, onSent =>
          bucket.putPart({ upload, partNumber, body, signal, onSent }),
        );
        parts.push(part);
        uploads.keep({ ...kept, usedAt: Date.now() });
      }
      buffer.release();
    } finally {
      release();
    }
  });
  if (parts.length < numbers.length) return undefined;
  parts.sort((one, other) => one.partNumber - other.partNumber);
  return { parts, sha256: hash.digest('hex') };
}

/** Parts of one file in flight; more files are in flight beside it. */
const partsAtOnce = 4;

/** Whether the store's part consists of just these bytes, by what it tells of it. */
function holds({ size, etag, crc32: told }: ListedPart, body: Uint8Array): boolean {
  if (size !== body.byteLength) return false;
  if (etag === createHash('md5').update(body).digest('hex')) return true;
  return told !== undefined && told === crc32Of(body);
}
