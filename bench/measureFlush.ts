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
}

/**
 * Measures by itself what flushing costs on this disk, which we do in a restore and most peers do
 * not: the files of a workload are written, without a store, with and without it.
 */
export async function measureFlush(workload: Workload): Promise<FlushCost> {
  return {
    written: await writeSeconds(workload, () => Promise.resolve()),
    flushed: await writeSeconds(workload, handle => handle.sync()),
  };
}

async function writeSeconds(
  { files, bytes }: Workload,
  flush: (handle: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<number> {
  const folder = await temporaryFolder('flush');
  const block = Buffer.alloc(Math.min(bytes, blockBytes), 'no zeros');
  try {
    const begun = performance.now();
    await inParallel(Array.from({ length: files }).keys(), atOnce, async index => {
      const parent = join(folder.path, String(Math.floor(index / 100)));
      await mkdir(parent, { recursive: true });
      const handle = await open(join(parent, `.${String(index)}`), 'wx');
      for (let at = 0; at < bytes; at += block.byteLength) {
        await handle.write(block, 0, Math.min(block.byteLength, bytes - at), at);
      }
      await flush(handle);
      await handle.close();
      await rename(join(parent, `.${String(index)}`), join(parent, String(index)));
    });
    return (performance.now() - begun) / 1000;
  } finally {
    await folder.remove();
  }
}

/** As many as a restore has under way. */
const atOnce = 64;
const blockBytes = 8 << 20;
