import { isArchiveClass, type ListedObject, type ObjectHead } from '../ports/bucket';
import { Failure } from '../failures/failure';
import type { Receipt } from '../records/receipts';
import { wholeChecksum } from '../checksums/storeChecksums';

/** What the store says of an object at this moment, when it is asked for it and when it lists. */
export interface CopyNow {
  readonly head: ObjectHead | undefined;
  readonly listed: ListedObject | undefined;
}

/** What the local bytes are known by, in hexadecimal; the SHA-256 is the receipt's. */
export interface LocalDigests {
  readonly sha256: string;
  readonly md5: string;
}

/**
 * Gives the object, as the store has just described it, where it is the one that a receipt proves,
 * where a comparison finds it, and where it will be had at once for a month at the least.
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
  if (head.expiresAt !== undefined && head.expiresAt - now < longEnoughMs) {
    throw new Failure('copy-expires', path, new Date(head.expiresAt).toISOString().slice(0, 10));
  }
  return head;
}

/** Whether what the store keeps of all of an object's bytes is that of the local ones. */
export function isConfirmed(head: ObjectHead, receipt: Receipt, { md5 }: LocalDigests): boolean {
  const crc32 = wholeChecksum(head, 'crc32');
  return (
    (crc32 !== undefined && crc32 === receipt.crc32) ||
    wholeChecksum(head, 'sha256') === toBase64(receipt.sha256) ||
    md5Etag(head) === md5
  );
}

const longEnoughMs = 30 * 86_400_000;

/** A store that keeps no such checksum contradicts nothing. */
function isNoOther(kept: string | undefined, expected: string | undefined): boolean {
  return kept === undefined || expected === undefined || kept === expected;
}

/** The ETag in hexadecimal where it is the MD5 of the bytes, as far as the store lets know. */
function md5Etag({ etag, etagIsOpaque }: ObjectHead): string | undefined {
  return !etagIsOpaque && /^[0-9a-f]{32}$/i.test(etag) ? etag.toLowerCase() : undefined;
}

/** One that was called back goes into its archive again, and takes hours to be had once more. */
function isArchived({ archive, storageClass }: ObjectHead): boolean {
  return isArchiveClass(storageClass) || (archive !== undefined && archive.kind !== 'restored');
}

function toBase64(hexadecimal: string): string {
  return Buffer.from(hexadecimal, 'hex').toString('base64');
}
