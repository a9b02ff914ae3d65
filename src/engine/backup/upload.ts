import { sha256Aside } from '../checksums/hashAside';
import { toKey } from '../disk/objectKey';
import { objectAttributes } from '../disk/fileMetadata';
import { withOpenFile, type OpenFile } from '../disk/openFile';
import { readRange, requireEnd } from '../disk/readFile';
import { statWhenStable } from '../disk/statWhenStable';
import { Failure, toFailure } from '../failures/failure';
import { acquireBuffer } from '../network/bufferPool';
import { interruptionOf } from '../network/circuitBreaker';
import type { Condition, StoredObject } from '../ports/bucket';
import type { Receipt } from '../records/receipts';
import type { CloudFile } from '../scan/cloudListing';
import { isSameState, toLocalFile, type LocalFile } from '../disk/localFile';
import { withByteProgress } from './byteProgress';
import { partSizeFor } from './partSize';
import { putParts, type PutPartsRequest } from './putParts';
import { abortUnclaimed, abortUpload, openUpload, type OpenUpload } from './unfinishedUploads';

export interface UploadRequest extends PutPartsRequest {
  readonly root: string;
  readonly prefix: string;
  /** Throws where the open file is not of the place that the upload was planned for. */
  readonly requireInPlace?: () => void;
  readonly condition: Condition;
  /** What to do with a file that turns out to be empty; `refuse` throws `empty-here`. */
  readonly ifEmpty?: 'store' | 'refuse';
}

/** What one upload has proved to be the same on both sides. */
export interface Uploaded {
  readonly local: LocalFile;
  readonly cloud: CloudFile;
  readonly receipt: Receipt;
  /** Whether the file was in this state when the store had all of it, too. */
  readonly isStillSo: boolean;
}

/**
 * Stores one file's bytes, as they were at one moment: a file that changes while it is read is read
 * again, three times at most, and then is a `file-changing` failure. The store has verified the
 * bytes when this returns.
 */
export async function uploadFile(request: UploadRequest): Promise<Uploaded> {
  const { bucket, root, path, uploads } = request;
  for (let reading = 1; ; reading++) {
    const uploaded = await withOpenFile(root, path, file => uploadOnce(request, file));
    if (uploaded !== undefined) {
      // What else was begun of the file is of no more use.
      for (const other of uploads.of(path)) await abortUnclaimed(bucket, other, uploads);
      return uploaded;
    }
    if (reading === maxReadings) throw new Failure('file-changing', path);
  }
}

const maxReadings = 3;

/** Returns `undefined` where the file changed while it was read: nothing of it is kept then. */
async function uploadOnce(request: UploadRequest, file: OpenFile): Promise<Uploaded | undefined> {
  const { bucket, path, signal } = request;
  const before = await statWhenStable(file, signal);
  request.requireInPlace?.();
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
      modifiedAtMs: provedAt + bucket.clockOffsetMs,
      storageClass: undefined,
    },
    receipt: { local: before, sha256: sent.sha256, etag, crc32, versionId, hashBegan, provedAt },
    // One that was renamed, removed or replaced has another change time.
    isStillSo: file.isStill(before),
  };
}

/** What has arrived, and the SHA-256 of the bytes that were sent, in hexadecimal. */
interface Sent {
  readonly stored: StoredObject;
  readonly sha256: string;
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
    if (!isWhole) return undefined;
    const fields = file.fields();
    if (!isSameState(before, toLocalFile(path, fields))) return undefined;
    await requireEnd(file, before);
    const attributes = objectAttributes(path, fields);
    const key = toKey(prefix, path);
    const sha256 = await sha256Aside(body);
    const stored = await withByteProgress(before.size, onBytes, onSent =>
      bucket.put({ key, body, sha256, condition, attributes, signal, onSent }),
    );
    // After a failure a request may still be reading them.
    releaseBuffer();
    return { stored, sha256 };
  } finally {
    release();
  }
}

/**
 * Sends a large file part by part, or what an earlier attempt has left of it. Returns `undefined`
 * where the file changed meanwhile: nothing of it is kept then. An interruption keeps the upload, to
 * be resumed another time.
 */
async function uploadInParts(
  request: UploadRequest,
  file: OpenFile,
  before: LocalFile,
): Promise<Sent | undefined> {
  const { bucket, prefix, path, uploads, signal } = request;
  const attributes = objectAttributes(path, file.fields());
  const { size } = before;
  for (let attempt = 1; ; attempt++) {
    const open = await openUpload({
      bucket,
      key: toKey(prefix, path),
      local: before,
      partSize: partSizeFor(size),
      attributes,
      uploads,
      signal,
    });
    try {
      return await sendAndComplete(request, file, open);
    } catch (error) {
      // Somebody has aborted it, or the store wants to have all of it once more.
      if (toFailure(error, path).code !== 'no-such-upload' || attempt === maxAttempts) throw error;
    } finally {
      open.release();
    }
  }
}

/** Aborts the upload unless it is complete, or can be gone on with. */
async function sendAndComplete(
  request: UploadRequest,
  file: OpenFile,
  open: OpenUpload,
): Promise<Sent | undefined> {
  const { bucket, path, condition, uploads, signal, onBytes } = request;
  const { upload, local: before } = open.stored;
  const { size } = before;
  let arrived = 0;
  try {
    const sent = await putParts(
      {
        ...request,
        onBytes: bytes => {
          arrived += bytes;
          onBytes(bytes);
        },
      },
      file,
      open,
    );
    if (sent !== undefined && isSameState(before, await file.stat())) {
      await requireEnd(file, before);
      const { parts, sha256 } = sent;
      const stored = await bucket.completeMultipart({ upload, parts, size, condition, signal });
      if (stored.wasFound === true) await abortUpload(bucket, open.stored, uploads);
      else uploads.forget(upload);
      return { stored, sha256 };
    }
  } catch (error) {
    onBytes(-arrived);
    const { code } = toFailure(error, path);
    if (code === 'cancelled' || interruptionOf(code) !== undefined) throw error;
    // What has arrived is worth keeping: the store may take the rest another day.
    if (code !== 'file-refused') await abortUpload(bucket, open.stored, uploads);
    throw error;
  }
  onBytes(-arrived);
  await abortUpload(bucket, open.stored, uploads);
  return undefined;
}

/** How often an upload is begun that the store keeps forgetting. */
const maxAttempts = 3;
