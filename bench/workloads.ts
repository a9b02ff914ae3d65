import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { seededRandom } from '../test/support/suite/seededRandom';
import type { Job } from './contestants';

/** What is measured: so many files of a size, one way or the other, from a store so far away. */
export interface Workload {
  /** In the manner of the field: `upload-4KiB-10_000x`, `compare-100_000x-unchanged`. */
  readonly name: string;
  readonly job: Job;
  readonly files: number;
  readonly bytes: number;
  readonly rttMs: number;
}

/**
 * Reads a name: the job, the size of a file, their number, and a round trip other than none, as in
 * `upload-4KiB-10_000x-20ms`. A comparison may leave the size out.
 */
export function parseWorkload(name: string): Workload {
  const found = pattern.exec(name)?.groups;
  if (found === undefined) {
    throw new Error(`${name} is no workload; one is upload-4KiB-10_000x or restore-1GiB-1x-20ms.`);
  }
  const { job = '', size = '1', unit = '', files = '', rtt = '0' } = found;
  return {
    name,
    job: job as Job,
    files: Number(files.replaceAll('_', '')),
    bytes: Number(size) * (units[unit] ?? 1),
    rttMs: Number(rtt),
  };
}

const pattern =
  /^(?<job>upload|compare|restore)(?:-(?<size>\d+)(?<unit>[KMG]iB|B))?-(?<files>[\d_]+)x(?:-unchanged)?(?:-(?<rtt>\d+)ms)?$/;

const units: Readonly<Record<string, number>> = { B: 1, KiB: 1 << 10, MiB: 1 << 20, GiB: 1 << 30 };

export const usualWorkloads = [
  'upload-4KiB-10_000x',
  'upload-4KiB-10_000x-20ms',
  'upload-1GiB-1x',
  'compare-100_000x-unchanged',
  'restore-4KiB-10_000x',
  'restore-1GiB-1x',
] as const;

/** Makes the files of a workload, a hundred to a folder, each with bytes of its own. */
export async function makeFiles(root: string, { files, bytes }: Workload): Promise<void> {
  const block = seededRandom(271_828).bytes(blockBytes);
  for (let index = 0; index < files; index++) {
    const folder = join(root, String(Math.floor(index / 100)).padStart(3, '0'));
    if (index % 100 === 0) await mkdir(folder, { recursive: true });
    const path = join(folder, `${String(index).padStart(6, '0')}.bin`);
    // Begins elsewhere in the block each time.
    const first = block.subarray((index * 997) % (blockBytes - maxOffset));
    if (bytes <= first.byteLength) {
      await writeFile(path, first.subarray(0, bytes));
      continue;
    }
    const file = await open(path, 'w');
    for (let left = bytes; left > 0; left -= blockBytes) {
      await file.write(block, 0, Math.min(left, blockBytes));
    }
    await file.close();
  }
}

const maxOffset = 1 << 20;
const blockBytes = 4 << 20;
