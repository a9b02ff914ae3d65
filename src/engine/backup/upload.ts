import { createHash } from 'node:crypto';
import type { FilePath } from '../../protocol/folders';
import type { Bucket, Condition } from '../ports/bucket';
import type { Semaphore } from '../concurrency/semaphore';
import type { CloudFile } from '../scan/cloudListing';
import { withByteProgress } from '../network/bodyStream';
import { Failure } from '../failures/failure';
import { toKey } from '../disk/objectKey';
import { acquireBuffer } from '../network/bufferPool';
import { isSameState, type LocalFile } from '../disk/localFile';
import { statWhenStable } from '../disk/statWhenStable';
import { objectAttributes } from '../disk/fileMetadata';
import { withOpenFile, type OpenFile } from '../disk/openFile';
import { partSizeFor } from './partSize';
import { readRange } from '../disk/readFile';
import type { Receipt } from '../records/receipts';
import type { UploadStore } from '../records/uploadStore';
import { giveUpUpload } from './giveUpUpload';
import { uploadInParts, type Sent } from './uploadInParts';

export interface UploadRequest {
  readonly bucket: Bucket;
  readonly root: string;
  readonly prefix: string;
  readonly path: FilePath;
  readonly condition: Condition;
  /** What to do where the file turns out to hold nothing; `refuse` throws `empty-here`. */
  readonly ifEmpty?: 'store' | 'refuse';
  /** What earlier uploads have left, and where this one is kept until it is finished. */
  readonly uploads: UploadStore;
  readonly semaphore: Semaphore;
  readonly signal: AbortSignal;
  /** Called with bytes as they go out; negative where they must be sent again. */
  readonly onBytes: (bytes: number) => void;
}

/** What one upload has proved to be the same on both sides. */
export interface Uploaded {
  readonly local: LocalFile;
  readonly cloud: CloudFile;
  readonly receipt: Receipt;
}

/**
 * Stores one file's bytes, as they were at one moment: a file that changes while it is read is read
 * again, three times at most, and then is a `file-changing` failure. The store has verified the
 * bytes when this returns.
 */
export async function uploadFile(request: UploadRequest): Promise<Uploaded> {
  for (let reading = 1; ; reading++) {
    const uploaded = await withOpenFile(request.root, request.path, file =>
      uploadOnce(request, file),
    );
    if (uploaded !== undefined) {
      await giveUpOthers(request);
      return uploaded;
    }
    if (reading === readings) throw new Failure('file-changing', request.path);
  }
}

/** What was left of the file in parts is of no more use. */
async function giveUpOthers({ bucket, path, uploads }: UploadRequest): Promise<void> {
  for (const kept of uploads.of(path)) await giveUpUpload(bucket, kept, uploads);
}

/** How often a file that keeps changing is read before it counts as failed. */
const readings = 3;

/** Gives `undefined` where the file changed while it was read: nothing of it is kept then. */
async function uploadOnce(request: UploadRequest, file: OpenFile): Promise<Uploaded | undefined> {
  const { bucket, path, signal } = request;
  const before = await statWhenStable(file, signal);
  if (before.size === 0 && request.ifEmpty === 'refuse') throw new Failure('empty-here', path);
  const hashBegan = Date.now();
  const sent =
    before.size <= partSizeFor(before.size)
      ? await uploadWhole(request, file, before)
      : await uploadInParts(request, file, before);
  if (sent === undefined) return undefined;
  const { etag, versionId, crc32 } = sent.stored;
  const provedAt = Date.now();
  return {
    local: before,
    cloud: {
      path,
      size: before.size,
      etag,
      modifiedAtMs: provedAt + bucket.clockOffset,
      storageClass: undefined,
    },
    receipt: { local: before, sha256: sent.sha256, etag, crc32, versionId, hashBegan, provedAt },
  };
}

async function uploadWhole(
  { bucket, prefix, path, condition, semaphore, signal, onBytes }: UploadRequest,
  file: OpenFile,
  before: LocalFile,
): Promise<Sent | undefined> {
  const release = await semaphore.acquire(before.size, signal);
  try {
    const { bytes: body, release: releaseBuffer } = acquireBuffer(before.size);
    const isWhole = await readRange({ file, path, start: 0, buffer: body, signal });
    if (!isWhole || !isSameState(before, await file.stat())) return undefined;
    const attributes = await objectAttributes(file, before);
    const key = toKey(prefix, path);
    const stored = await withByteProgress(before.size, onBytes, onSent =>
      bucket.put({ key, body, condition, attributes, signal, onSent }),
    );
    const sha256 = createHash('sha256').update(body).digest('hex');
    // After a failure a request may still be reading them.
    releaseBuffer();
    return { stored, sha256 };
  } finally {
    release();
  }
}
