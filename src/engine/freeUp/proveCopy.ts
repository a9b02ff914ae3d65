import { createHash } from 'node:crypto';
import { wholeChecksum } from '../checksums/storeChecksums';
import { toKey } from '../disk/objectKey';
import { Failure, toFailure } from '../failures/failure';
import { isArchiveClass, type ListedObject, type ObjectHead } from '../ports/bucket';
import type { Receipt } from '../records/receipts';
import { download } from '../store/download';
import type { FreeUpStep, FreeUpTools } from './freeUpStep';

/** What the store says of an object at this moment, by HEAD and in its listing. */
export interface CopyNow {
  readonly head: ObjectHead | undefined;
  readonly listed: ListedObject | undefined;
}

/** Digests of the local bytes, in hexadecimal; the SHA-256 is the receipt's. */
export interface LocalDigests {
  readonly sha256: string;
  readonly md5: string;
}

/**
 * Returns the object's head where the object is the one that a receipt proves, where a comparison
 * finds it, and where it can be read at once for a month at least. Throws otherwise.
 */
export function checkCopy(
  { head, listed }: CopyNow,
  receipt: Receipt,
  { md5 }: LocalDigests,
  now: number,
): ObjectHead {
  const { path, size } = receipt.local;
  if (head === undefined) throw new Failure('no-such-key', path);
  const isSame =
    head.etag === receipt.etag &&
    head.size === size &&
    isNoOther(wholeChecksum(head, 'crc32'), receipt.crc32) &&
    isNoOther(wholeChecksum(head, 'sha256'), toBase64(receipt.sha256)) &&
    isNoOther(md5Etag(head), md5);
  if (!isSame) throw new Failure('copy-differs', path);
  if (listed?.etag !== receipt.etag || listed.size !== size) throw new Failure('not-listed', path);
  if (isArchived(head)) throw new Failure('archived', path);
  if (head.expiresAt !== undefined && head.expiresAt - now < minLifetimeMs) {
    throw new Failure('copy-expires', path, new Date(head.expiresAt).toISOString().slice(0, 10));
  }
  return head;
}

/** Whether a checksum that the store keeps over the whole object is that of the local bytes. */
export function isConfirmed(head: ObjectHead, receipt: Receipt, { md5 }: LocalDigests): boolean {
  const crc32 = wholeChecksum(head, 'crc32');
  return (
    (crc32 !== undefined && crc32 === receipt.crc32) ||
    wholeChecksum(head, 'sha256') === toBase64(receipt.sha256) ||
    md5Etag(head) === md5
  );
}

const minLifetimeMs = 30 * 86_400_000;

/** A store that keeps no such checksum contradicts nothing. */
function isNoOther(kept: string | undefined, expected: string | undefined): boolean {
  return kept === undefined || expected === undefined || kept === expected;
}

/**
 * Returns the ETag in hexadecimal where it is the MD5 of the bytes: of objects in one piece that are
 * not encrypted with SSE-C or SSE-KMS,
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
 */
function md5Etag({ etag, etagIsOpaque }: ObjectHead): string | undefined {
  return !etagIsOpaque && /^[0-9a-f]{32}$/i.test(etag) ? etag.toLowerCase() : undefined;
}

/** A restored copy expires, and to read it once more takes hours. */
function isArchived({ archive, storageClass }: ObjectHead): boolean {
  return isArchiveClass(storageClass) || (archive !== undefined && archive.kind !== 'restored');
}

function toBase64(hexadecimal: string): string {
  return Buffer.from(hexadecimal, 'hex').toString('base64');
}

/** The copy that is to be read back, and what its bytes must be. */
export interface ReadBack {
  readonly head: ObjectHead;
  /** `last-byte`: a checksum over the whole has matched, and only whether it can be read is open. */
  readonly extent: 'last-byte' | 'whole';
  readonly sha256: string;
  readonly lastByte: number | undefined;
}

/**
 * Throws where the bytes of a copy cannot be read, or are others: HEAD succeeds, too, where the bytes
 * are damaged, or where reading them is not allowed.
 */
export async function readBack(
  step: FreeUpStep,
  wanted: ReadBack,
  tools: FreeUpTools,
): Promise<void> {
  const { path } = step;
  const { head, extent } = wanted;
  if (head.size === 0) return;
  let isSame: boolean;
  try {
    isSame =
      extent === 'whole'
        ? (await digestOf(step, head, tools)) === wanted.sha256
        : (await lastByteOf(step, head, tools)) === wanted.lastByte;
  } catch (error) {
    throw unreadable(toFailure(error, path), path);
  }
  if (!isSame) throw new Failure('copy-damaged', path);
}

async function lastByteOf(
  { path, route }: FreeUpStep,
  { size, etag }: ObjectHead,
  { signal }: FreeUpTools,
): Promise<number | undefined> {
  const { body } = await route.bucket.get({
    key: toKey(route.target.prefix, path),
    ifMatch: etag,
    range: { start: size - 1, end: size },
    signal,
  });
  let last: number | undefined;
  for await (const piece of body) last = piece.at(-1) ?? last;
  return last;
}

async function digestOf(
  { path, route }: FreeUpStep,
  { size, etag }: ObjectHead,
  { semaphore, traffic, signal }: FreeUpTools,
): Promise<string> {
  const { bucket, target } = route;
  const key = toKey(target.prefix, path);
  const object = { bucket, key, versionId: undefined, etag, size };
  const hash = createHash('sha256');
  await download(
    { ...object, semaphore, traffic, signal, onBytes: () => undefined },
    { begin: () => undefined, write: bytes => void hash.update(bytes) },
  );
  return hash.digest('hex');
}

/** Names a failure by the copy where it is about the object, and not about reaching the store. */
function unreadable(failure: Failure, path: string): Failure {
  switch (failure.code) {
    case 'changed-in-cloud':
      return new Failure('copy-differs', path);
    case 'no-such-key':
    case 'archived':
      return new Failure(failure.code, path);
    case 'access-denied':
    case 'store-error':
    case 'not-as-stored':
      return new Failure('copy-unreadable', path, failure.cause ?? failure);
    default:
      return failure;
  }
}
