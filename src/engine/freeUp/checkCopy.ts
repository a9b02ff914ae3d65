import { isArchiveClass } from '../archiveClass';
import type { ObjectHead } from '../bucket';
import type { CloudFile } from '../cloudListing';
import { Failure } from '../failure';
import type { Receipt } from '../receipts';
import { wholeChecksum } from '../wholeChecksum';

/**
 * Throws unless the object, as the store has just described it, is the one that a receipt proves,
 * and will be there for a month at the least.
 */
export function checkCopy(
  head: ObjectHead | undefined,
  receipt: Receipt,
  planned: CloudFile,
  now: number,
): asserts head is ObjectHead {
  const { path } = receipt.local;
  if (head === undefined) throw new Failure('no-such-key', path);
  const isSame =
    head.etag === receipt.etag &&
    head.size === receipt.local.size &&
    isNoOther(wholeChecksum(head, 'crc32'), receipt.crc32) &&
    isNoOther(wholeChecksum(head, 'sha256'), Buffer.from(receipt.sha256, 'hex').toString('base64'));
  if (!isSame) throw new Failure('copy-differs', path);
  // What the user has not been told of stays: reading it takes hours, and money.
  if (isOutOfReach(head) && !isArchiveClass(planned.storageClass)) {
    throw new Failure('archived', path);
  }
  if (head.expiresAt !== undefined && head.expiresAt - now < longEnoughMs) {
    throw new Failure('copy-expires', path, new Date(head.expiresAt).toISOString().slice(0, 10));
  }
}

const longEnoughMs = 30 * 86_400_000;

/** A store that keeps no such checksum contradicts nothing. */
function isNoOther(kept: string | undefined, expected: string | undefined): boolean {
  return kept === undefined || expected === undefined || kept === expected;
}

function isOutOfReach({ archive }: ObjectHead): boolean {
  return archive !== undefined && archive.kind !== 'restored';
}
