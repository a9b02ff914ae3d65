import { setTimeout as delay } from 'node:timers/promises';
import { withOpenFile } from '../disk/openFile';
import { Failure, toFailure } from '../failures/failure';
import { interruptionOf } from '../network/circuitBreaker';
import type { Bucket, ListedPart, ObjectAttributes } from '../ports/bucket';
import type { Release } from '../records/claims';
import type { ReceiptOwner } from '../records/receipts';
import type { OwnedUpload, StoredUpload, UploadStore } from '../records/uploadStore';
import type { Unfinished } from '../records/unfinished';
import { isSameState, type LocalFile } from '../disk/localFile';

export interface OpenUploadRequest {
  readonly bucket: Bucket;
  readonly key: string;
  /** The state of the file that is to be sent. */
  readonly local: LocalFile;
  /** In bytes. */
  readonly partSize: number;
  readonly attributes: ObjectAttributes;
  readonly uploads: UploadStore;
  readonly signal: AbortSignal;
}

/** A multipart upload that takes parts, and those that it has already, by their numbers. */
export interface OpenUpload {
  readonly stored: StoredUpload;
  /** Lets others go on with it, or abort it. Call it when you are done with the upload. */
  readonly release: Release;
  readonly arrived: ReadonlyMap<number, ListedPart>;
}

/**
 * Resumes an earlier upload of the same state of the file, or begins a new one. Leaves alone what
 * another window is sending. Nobody vouches for the parts that have arrived: the caller has to
 * compare them with the file.
 */
export async function openUpload(request: OpenUploadRequest): Promise<OpenUpload> {
  const { bucket, key, local, partSize, attributes, uploads, signal } = request;
  for (const stored of uploads.of(local.path)) {
    const release = uploads.claim(stored.upload);
    if (release === undefined) continue;
    let arrived: OpenUpload['arrived'] | undefined;
    try {
      const fits =
        stored.intent === 'finish' &&
        stored.partSize === partSize &&
        isSameState(stored.local, local);
      if (fits) arrived = await partsOf(bucket, stored, signal);
      if (arrived === undefined) await abortUpload(bucket, stored, uploads);
    } finally {
      if (arrived === undefined) release();
    }
    if (arrived !== undefined) {
      return { stored: { ...stored, usedAt: Date.now() }, arrived, release };
    }
  }
  const upload = await bucket.startMultipart({ key, attributes, signal });
  const release = uploads.claim(upload) ?? noRelease;
  const stored = { upload, local, partSize, intent: 'finish', usedAt: Date.now() } as const;
  uploads.keep(stored);
  return { stored, arrived: new Map(), release };
}

/** Where nothing can be claimed, since the records are locked, nobody else sees the upload either. */
const noRelease: Release = () => undefined;

/** Returns `undefined` where the store no longer knows the upload, or does not list its parts. */
async function partsOf(
  bucket: Bucket,
  { upload }: StoredUpload,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, ListedPart> | undefined> {
  const parts = new Map<number, ListedPart>();
  try {
    for await (const page of bucket.listParts(upload, signal)) {
      for (const part of page) parts.set(part.partNumber, part);
    }
    return parts;
  } catch (error) {
    const { code } = toFailure(error, upload.key);
    if (code === 'cancelled') throw error;
    // Stores that cannot list parts say so as an error of theirs.
    if (interruptionOf(code) !== undefined && code !== 'store-error') throw error;
    return undefined;
  }
}

/**
 * Frees the parts of an upload of our own that will not be finished. The user's Cancel must not stop
 * it, and its own failure must not hide why the upload was given up: it is tried again later.
 */
export async function abortUpload(
  bucket: Bucket,
  stored: StoredUpload,
  uploads: UploadStore,
): Promise<void> {
  uploads.keep({ ...stored, intent: 'abort' });
  const freed = bucket.abortMultipart(stored.upload, AbortSignal.timeout(abortTimeoutMs)).then(
    () => {
      uploads.forget(stored.upload);
    },
    (error: unknown) => {
      // With its bucket the upload is gone.
      if (toFailure(error, '').code === 'no-such-bucket') uploads.forget(stored.upload);
    },
  );
  // A user who has cancelled does not wait for a store that does not answer.
  const waited = new AbortController();
  await Promise.race([freed, delay(maxWaitMs, undefined, { signal: waited.signal })]);
  waited.abort();
}

/** Aborts an upload unless somebody is at work with it, perhaps another window. */
export async function abortUnclaimed(
  bucket: Bucket,
  stored: StoredUpload,
  uploads: UploadStore,
): Promise<void> {
  const release = uploads.claim(stored.upload);
  if (release === undefined) return;
  try {
    await abortUpload(bucket, stored, uploads);
  } finally {
    release();
  }
}

const abortTimeoutMs = 10_000;
const maxWaitMs = 500;

export interface StaleUploadsRequest {
  readonly unfinished: Unfinished;
  /** The folder that is at hand, and where it is backed up now. */
  readonly owner: ReceiptOwner;
  readonly root: string;
  /** Returns a bucket of the store in which the folder is backed up. */
  readonly bucketNamed: (name: string) => Bucket;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/**
 * Frees the parts of uploads in this store that nobody will resume: those that are old, and of this
 * folder those whose file or target is another by now. Only touches uploads of our own.
 */
export async function abortStale(request: StaleUploadsRequest): Promise<void> {
  const { unfinished, owner, bucketNamed, signal } = request;
  for (const found of unfinished.uploadsAt(owner.store)) {
    if (signal.aborted) return;
    if (!(await isStale(found, request))) continue;
    const { bucket } = found.owner;
    await abortUnclaimed(bucketNamed(bucket), found.stored, unfinished.of(found.owner).uploads);
  }
}

const maxAgeMs = 7 * 24 * 3_600_000;
/** Another window may be at work with an upload that was used since. */
const minIdleMs = 3_600_000;

async function isStale(
  { owner, stored }: OwnedUpload,
  { owner: here, root, now }: StaleUploadsRequest,
): Promise<boolean> {
  const idleMs = now - stored.usedAt;
  if (idleMs > maxAgeMs) return true;
  if (owner.folderId !== here.folderId || idleMs < minIdleMs) return false;
  if (stored.intent === 'abort' || owner.bucket !== here.bucket || owner.prefix !== here.prefix) {
    return true;
  }
  try {
    const { local } = stored;
    return await withOpenFile(root, local.path, async file => {
      return !isSameState(await file.stat(), local);
    });
  } catch (error) {
    return error instanceof Failure && goneCodes.has(error.code);
  }
}

const goneCodes = new Set(['file-vanished', 'not-a-file']);
