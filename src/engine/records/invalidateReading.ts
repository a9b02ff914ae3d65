import type { LocalFile } from '../disk/localFile';
import { isSameReading, type FolderReceipts, type Receipt } from './receipts';

/**
 * Where a file's bytes are others than its receipt says, though none of its fields shows it, the
 * receipt's reading counts no more: without this the next comparison would call the file safe again.
 */
export function invalidateReading(
  receipts: FolderReceipts,
  receipt: Receipt | undefined,
  { local, sha256 }: { readonly local: LocalFile; readonly sha256: string },
): void {
  if (receipt === undefined || receipt.sha256 === sha256) return;
  if (isSameReading(receipt, local)) distrust(receipts, receipt);
}

/** Lets a receipt prove nothing until the file has been read once more and found equal. */
export function distrust(receipts: FolderReceipts, receipt: Receipt): void {
  receipts.put({ ...receipt, hashBegan: neverSettled });
}

/** Any file was changed after it. */
const neverSettled = 0;
