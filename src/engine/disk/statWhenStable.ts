import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../failures/failure';
import { flushMapped } from './flushMapped';
import { isSameState, type LocalFile } from '../scan/localScan';
import type { OpenFile } from './openFile';

/**
 * The file's fields, when its last change is old enough for the next one to show: two changes
 * within one tick of the disk's clock look like one, and so do changes of a page that is dirty.
 */
export async function statWhenStable(
  file: Pick<OpenFile, 'look' | 'flush'>,
  signal: AbortSignal,
): Promise<LocalFile> {
  const deadline = Date.now() + patience;
  for (;;) {
    const local = await file.look();
    const wait = untilQuiet(local);
    if (wait === 0) {
      await flushMapped(file, local);
      // What was changed while it was flushed may be dirty again.
      if (isSameState(local, await file.look())) return local;
    }
    if (Date.now() > deadline) throw new Failure('file-changing', local.path);
    try {
      await delay(wait, undefined, { signal });
    } catch {
      throw new Failure('cancelled', local.path);
    }
  }
}

/** How long a file that never rests is waited for, in milliseconds. */
const patience = 10_000;

/** In milliseconds. Times of whole seconds come from a disk that keeps no finer ones. */
function untilQuiet({ mtimeNs: modifiedAt, ctimeNs: changedAt }: LocalFile): number {
  const coarse = [modifiedAt, changedAt].every(time => time % 1_000_000_000n === 0n);
  // One more, since what is cut off of a time to make it milliseconds would make it seem older.
  const tick = (coarse ? 2_000 : 20) + 1;
  const ages = [modifiedAt, changedAt].map(time => Date.now() - Number(time / 1_000_000n));
  // Times in the future are another clock's, and never pass.
  const recent = ages.filter(age => age >= 0 && age < tick);
  return recent.length === 0 ? 0 : tick - Math.min(...recent);
}
