import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../failures/failure';
import { isSameState, type LocalFile } from './localFile';
import type { OpenFile } from './openFile';

/**
 * Returns the file's fields once its last change is old enough for the next one to show: two
 * changes within one tick of the disk's clock have the same time ("racy timestamps", as git calls
 * them: https://git-scm.com/docs/racy-git), and changes of a dirty page have none. Throws
 * `file-changing` if the file does not rest.
 */
export async function statWhenStable(
  file: Pick<OpenFile, 'stat' | 'flush'>,
  signal: AbortSignal,
): Promise<LocalFile> {
  const deadline = Date.now() + maxWaitMs;
  for (;;) {
    const local = await file.stat();
    const waitMs = untilStableMs(local);
    if (waitMs === 0) {
      if (!mayBeDirty(local)) return local;
      await file.flush();
      // What changed during the flush may be dirty again.
      if (isSameState(local, await file.stat())) return local;
    }
    if (Date.now() > deadline) throw new Failure('file-changing', local.path);
    try {
      await delay(waitMs, undefined, { signal });
    } catch {
      throw new Failure('cancelled', local.path);
    }
  }
}

const maxWaitMs = 10_000;

/** Whole seconds come from a disk that keeps no finer times; FAT keeps steps of two seconds. */
function untilStableMs({ mtimeNs, ctimeNs }: LocalFile): number {
  const isCoarse = [mtimeNs, ctimeNs].every(time => time % 1_000_000_000n === 0n);
  // One more, since rounding a time down to milliseconds makes it seem older.
  const tickMs = (isCoarse ? 2_000 : 20) + 1;
  const agesMs = [mtimeNs, ctimeNs].map(time => Date.now() - Number(time / 1_000_000n));
  // A time in the future was set by another clock, and does not pass.
  const recent = agesMs.filter(age => age >= 0 && age < tickMs);
  return recent.length === 0 ? 0 : tickMs - Math.min(...recent);
}

/**
 * Writes a file's changed pages to the disk, so that the next change shows in its times. A program
 * that has mapped a file into memory moves its times only when it changes a clean page (mmap(2),
 * `MAP_SHARED`); what it writes to a dirty page shows in the bytes alone.
 *
 * Pages stay dirty for half a minute after the first change. Only files that changed lately are
 * flushed, since some disks empty their own cache even for a clean file.
 */
export async function flushMapped(file: Pick<OpenFile, 'flush'>, local: LocalFile): Promise<void> {
  if (mayBeDirty(local)) await file.flush();
}

function mayBeDirty({ ctimeNs }: LocalFile): boolean {
  return Date.now() - Number(ctimeNs / 1_000_000n) < maxDirtyMs;
}

/** Linux writes pages back after 35 s, and later on a busy disk. */
const maxDirtyMs = 120_000;
