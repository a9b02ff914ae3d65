import type { LocalFile } from '../scan/localScan';
import type { OpenFile } from './openFile';

/**
 * Writes a file's changed pages to the disk, so that the next change shows in its times. A program
 * that has mapped a file into its memory moves them only when it changes a clean page: what it
 * writes to a dirty one afterwards shows in nothing but the bytes.
 *
 * Pages are dirty for half a minute after the first change, hence only files that were changed
 * lately are flushed: even on a clean file some disks empty their own cache for it.
 */
export async function flushMapped(file: Pick<OpenFile, 'flush'>, local: LocalFile): Promise<void> {
  const age = Date.now() - Number(local.ctimeNs / 1_000_000n);
  if (age < longestDirty) await file.flush();
}

/** In milliseconds; Linux writes pages back after 35 s, and later where the disk is busy. */
const longestDirty = 120_000;
