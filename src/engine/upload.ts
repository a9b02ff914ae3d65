import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { FilePath } from '../protocol';
import type {
  Bucket,
  Condition,
  MultipartUpload,
  ObjectAttributes,
  StoredObject,
  StoredPart,
} from './bucket';
import type { Budget } from './budget';
import type { CloudFile } from './cloudListing';
import { contentType } from './contentType';
import { Failure, throwIfCancelled } from './failure';
import { toKey } from './filePath';
import { lendBuffer } from './lentBuffer';
import { isSameState, type LocalFile } from './localScan';
import { lookWhenQuiet } from './lookWhenQuiet';
import { withOpenFile, type OpenFile } from './openFile';
import { inParallel } from './parallel';
import type { Receipt } from './receipts';

export interface UploadRequest {
  readonly bucket: Bucket;
  readonly root: string;
  readonly prefix: string;
  readonly path: FilePath;
  readonly condition: Condition;
  /** What to do where the file turns out to hold nothing; `refuse` throws `empty-here`. */
  readonly ifEmpty?: 'store' | 'refuse';
  readonly budget: Budget;
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
    if (uploaded !== undefined) return uploaded;
    if (reading === readings) throw new Failure('file-changing', request.path);
  }
}

/** How often a file that keeps changing is read before it counts as failed. */
const readings = 3;

/**
 * The size of one part, and of the largest object that is sent in one piece. Equal for all parts of
 * an upload, since some stores insist on it, and large enough that 10,000 suffice.
 */
export function partSizeFor(size: number): number {
  const needed = Math.ceil(size / maximumParts / mebibyte) * mebibyte;
  return Math.max(8 * mebibyte, needed);
}

/** How many requests an upload of this size takes. */
export function requestsFor(size: number): number {
  const partSize = partSizeFor(size);
  return size <= partSize ? 1 : Math.ceil(size / partSize) + 2;
}

const mebibyte = 1 << 20;
const maximumParts = 10_000;
/** Parts of one file in flight; more files are in flight beside it. */
const partsAtOnce = 4;

/** Gives `undefined` where the file changed while it was read: nothing of it is kept then. */
async function uploadOnce(request: UploadRequest, file: OpenFile): Promise<Uploaded | undefined> {
  const { bucket, path, signal } = request;
  const before = await lookWhenQuiet(file, signal);
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
      modifiedAt: provedAt + bucket.clockOffset,
      storageClass: undefined,
    },
    receipt: { local: before, sha256: sent.sha256, etag, crc32, versionId, hashBegan, provedAt },
  };
}

/** What has arrived, and the hash over the bytes that were sent. */
interface Sent {
  readonly stored: StoredObject;
  readonly sha256: string;
}

async function uploadWhole(
  { bucket, prefix, path, condition, budget, signal, onBytes }: UploadRequest,
  file: OpenFile,
  before: LocalFile,
): Promise<Sent | undefined> {
  const release = await budget.take(before.size, signal);
  try {
    const { bytes: body, giveBack } = lendBuffer(before.size);
    const isWhole = await readRange(file, path, 0, body, signal);
    if (!isWhole || !isSameState(before, await file.look())) return undefined;
    const attributes = await attributesOf(file, before);
    const key = toKey(prefix, path);
    const stored = await counted(before.size, onBytes, onSent =>
      bucket.put({ key, body, condition, attributes, signal, onSent }),
    );
    const sha256 = createHash('sha256').update(body).digest('hex');
    // After a failure a request may still be reading them.
    giveBack();
    return { stored, sha256 };
  } finally {
    release();
  }
}

async function uploadInParts(
  request: UploadRequest,
  file: OpenFile,
  before: LocalFile,
): Promise<Sent | undefined> {
  const { bucket, prefix, path, condition, signal, onBytes } = request;
  const attributes = await attributesOf(file, before);
  const upload = await bucket.startMultipart({ key: toKey(prefix, path), attributes, signal });
  let arrived = 0;
  try {
    const sent = await putParts(request, file, before, upload, bytes => {
      arrived += bytes;
      onBytes(bytes);
    });
    if (sent !== undefined && isSameState(before, await file.look())) {
      const { parts, sha256 } = sent;
      const { size } = before;
      const stored = await bucket.completeMultipart({ upload, parts, size, condition, signal });
      return { stored, sha256 };
    }
  } catch (error) {
    await giveUp(bucket, upload);
    onBytes(-arrived);
    throw error;
  }
  await giveUp(bucket, upload);
  onBytes(-arrived);
  return undefined;
}

/** Gives `undefined` where the file ended early. */
async function putParts(
  { bucket, path, budget, signal }: UploadRequest,
  file: OpenFile,
  { size }: LocalFile,
  upload: MultipartUpload,
  onBytes: (bytes: number) => void,
): Promise<{ readonly parts: readonly StoredPart[]; readonly sha256: string } | undefined> {
  const partSize = partSizeFor(size);
  const numbers = Array.from({ length: Math.ceil(size / partSize) }, (_, index) => index + 1);
  const parts: StoredPart[] = [];
  const hash = createHash('sha256');
  // Parts travel side by side but are read one after the other: one hash runs over all of them.
  let turn: Promise<unknown> = Promise.resolve();
  await inParallel(numbers, partsAtOnce, async partNumber => {
    const start = (partNumber - 1) * partSize;
    const length = Math.min(partSize, size - start);
    const reading = turn.then(async () => {
      const release = await budget.take(length, signal);
      try {
        const lent = lendBuffer(length);
        const isWhole = await readRange(file, path, start, lent.bytes, signal);
        if (isWhole) hash.update(lent.bytes);
        return { lent: isWhole ? lent : undefined, release };
      } catch (error) {
        release();
        throw error;
      }
    });
    turn = reading.catch(() => undefined);
    const { lent, release } = await reading;
    try {
      if (lent === undefined) return;
      const { bytes: body, giveBack } = lent;
      const part = await counted(length, onBytes, onSent =>
        bucket.putPart({ upload, partNumber, body, signal, onSent }),
      );
      parts.push(part);
      giveBack();
    } finally {
      release();
    }
  });
  if (parts.length < numbers.length) return undefined;
  parts.sort((one, other) => one.partNumber - other.partNumber);
  return { parts, sha256: hash.digest('hex') };
}

/** Tells of a body's bytes as they go out, and in the end of neither more nor less than arrived. */
async function counted<T>(
  length: number,
  onBytes: (bytes: number) => void,
  send: (onSent: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  let told = 0;
  const tell = (bytes: number) => {
    told += bytes;
    if (bytes !== 0) onBytes(bytes);
  };
  try {
    const stored = await send(tell);
    tell(length - told);
    return stored;
  } catch (error) {
    tell(-told);
    throw error;
  }
}

/** Fills the buffer from the file; `false` where the file ends before. */
async function readRange(
  file: OpenFile,
  path: FilePath,
  start: number,
  buffer: Buffer,
  signal: AbortSignal,
): Promise<boolean> {
  const { length } = buffer;
  for (let filled = 0; filled < length;) {
    throwIfCancelled(signal, path);
    const { bytesRead } = await file.handle.read(buffer, filled, length - filled, start + filled);
    if (bytesRead === 0) return false;
    filled += bytesRead;
  }
  return true;
}

/** The forms of `mtime` and `mode` that rclone reads and writes too. */
async function attributesOf(
  file: OpenFile,
  { path, modifiedAt }: LocalFile,
): Promise<ObjectAttributes> {
  const { mode } = await file.handle.stat();
  return {
    contentType: contentType(path),
    metadata: {
      mtime: decimalSeconds(modifiedAt),
      ...(process.platform === 'win32' ? {} : { mode: mode.toString(8) }),
    },
  };
}

function decimalSeconds(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const digits = (nanoseconds < 0n ? -nanoseconds : nanoseconds).toString().padStart(10, '0');
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/**
 * Frees the parts of an upload that will not be finished. The user's Cancel must not stop it, and
 * its own failure must not hide why the upload was given up.
 */
async function giveUp(bucket: Bucket, upload: MultipartUpload): Promise<void> {
  const freed = bucket.abortMultipart(upload, AbortSignal.timeout(10_000)).catch(() => undefined);
  // Where the store does not answer, whoever cancelled does not wait for it.
  const waited = new AbortController();
  await Promise.race([freed, delay(patienceMs, undefined, { signal: waited.signal })]);
  waited.abort();
}

/** How long the end of an upload waits for the store to free the parts. */
const patienceMs = 500;
