import type { Comparison, Entry } from './comparison';
import type { FolderReceipts } from './receipts';

/** Forgets that files were ever safe which are gone from both sides, and says how many they were. */
export function forgetLost(
  entries: Iterable<Entry>,
  comparison: Comparison,
  receipts: FolderReceipts,
): number {
  const lost = [...entries].filter(({ verdict }) => verdict.kind === 'lost');
  for (const { path } of lost) {
    receipts.forget(path);
    comparison.remove(path);
  }
  return lost.length;
}
