import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { temporaryFolder } from '../dev/temporaryFolder';
import { inParallel } from '../src/engine/concurrency/parallel';
import type { Workload } from './workloads';

/** What the disk takes for the files of a restore, in seconds. */
export interface FlushCost {
  readonly written: number;
  /** The same where each file is on the disk before it gets its name. */
  readonly flushed: number;
  /** For how long of that nothing was under way but flushes. */
  readonly waited: number;
}

/**
 * Measures by itself what flushing costs on this disk, which we do in a restore and most peers do
 * not: the files of a workload are written, without a store, with and without it.
 */
export async function measureFlush(workload: Workload): Promise<FlushCost> {
  const { seconds: written } = await writeFiles(workload, () => Promise.resolve());
  const { seconds: flushed, waited } = await writeFiles(workload, handle => handle.sync());
  return { written, flushed, waited };
}

async function writeFiles(
  { files, bytes }: Workload,
  flush: (handle: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<{ readonly seconds: number; readonly waited: number }> {
  const folder = await temporaryFolder('flush');
  const block = Buffer.alloc(Math.min(bytes, blockBytes), 'no zeros');
  const now = { files: 0, flushes: 0, since: 0 };
  let waitedMs = 0;
  /** Call it with what begins and ends. */
  const note = (what: 'files' | 'flushes', change: 1 | -1) => {
    const at = performance.now();
    if (now.files > 0 && now.flushes === now.files) waitedMs += at - now.since;
    now[what] += change;
    now.since = at;
  };
  try {
    const begun = performance.now();
    await inParallel(Array.from({ length: files }).keys(), atOnce, async index => {
      note('files', 1);
      const parent = join(folder.path, String(Math.floor(index / 100)));
      await mkdir(parent, { recursive: true });
      const handle = await open(join(parent, `.${String(index)}`), 'wx');
      for (let at = 0; at < bytes; at += block.byteLength) {
        await handle.write(block, 0, Math.min(block.byteLength, bytes - at), at);
      }
      note('flushes', 1);
      await flush(handle);
      note('flushes', -1);
      await handle.close();
      await rename(join(parent, `.${String(index)}`), join(parent, String(index)));
      note('files', -1);
    });
    return { seconds: (performance.now() - begun) / 1000, waited: waitedMs / 1000 };
  } finally {
    await folder.remove();
  }
}

/** As many as a restore has under way. */
const atOnce = 64;
/** As many bytes as a restore writes at a time. */
const blockBytes = 128 << 10;
