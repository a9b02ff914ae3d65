import { mkdir, open, utimes, writeFile } from 'node:fs/promises';
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
  /** How many objects the bucket has, if not one for each file. */
  readonly keys: number | undefined;
  /** How many of a hundred files are touched before each run. */
  readonly touchedPercent: number;
  readonly rttMs: number;
}

/**
 * Reads a name: the job, the size of a file, their number, and a round trip other than none, as in
 * `upload-4KiB-10_000x-20ms`. A comparison may leave the size out; it may also be of 100,000 files
 * with more objects than that, as `compare-1_000_000-keys`, or after some were touched, as
 * `compare-touched-1%`.
 */
export function parseWorkload(name: string): Workload {
  const found = (pattern.exec(name) ?? comparedPattern.exec(name))?.groups;
  if (found === undefined) {
    throw new Error(`${name} is no workload; one is upload-4KiB-10_000x or restore-1GiB-1x-20ms.`);
  }
  const { job = 'compare', size = '1', unit = '', files = '100_000', rtt = '0' } = found;
  const { keys, touched = '0' } = found;
  return {
    name,
    job: job as Job,
    files: toNumber(files),
    bytes: Number(size) * (units[unit] ?? 1),
    keys: keys === undefined ? undefined : toNumber(keys),
    touchedPercent: Number(touched),
    rttMs: Number(rtt),
  };
}

function toNumber(text: string): number {
  return Number(text.replaceAll('_', ''));
}

const pattern =
  /^(?<job>upload|compare|restore)(?:-(?<size>\d+)(?<unit>[KMG]iB|B))?-(?<files>[\d_]+)x(?:-unchanged)?(?:-(?<rtt>\d+)ms)?$/;

const comparedPattern =
  /^compare-(?:(?<keys>[\d_]+)-keys|touched-(?<touched>\d+)%)(?:-(?<rtt>\d+)ms)?$/;

const units: Readonly<Record<string, number>> = { B: 1, KiB: 1 << 10, MiB: 1 << 20, GiB: 1 << 30 };

export const usualWorkloads = [
  'upload-4KiB-10_000x',
  'upload-4KiB-10_000x-20ms',
  'upload-1GiB-1x',
  'compare-100_000x',
  'compare-1_000_000-keys',
  'compare-touched-1%',
  'restore-4KiB-10_000x',
  'restore-1GiB-1x',
] as const;

/** Makes the files of a workload, a hundred to a folder, each with bytes of its own. */
export async function makeFiles(
  root: string,
  { files, bytes }: Pick<Workload, 'files' | 'bytes'>,
): Promise<void> {
  const block = seededRandom(271_828).bytes(blockBytes);
  for (let index = 0; index < files; index++) {
    if (index % 100 === 0) await mkdir(folderOf(root, index), { recursive: true });
    const path = pathOf(root, index);
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

/** Gives so many of a hundred files the present time, as a checkout or an archive does. */
export async function touchFiles(
  root: string,
  { files, touchedPercent }: Pick<Workload, 'files' | 'touchedPercent'>,
): Promise<void> {
  const now = new Date();
  for (let index = 0; index < files; index++) {
    if (index % 100 < touchedPercent) await utimes(pathOf(root, index), now, now);
  }
}

function pathOf(root: string, index: number): string {
  return join(folderOf(root, index), `${String(index).padStart(6, '0')}.bin`);
}

function folderOf(root: string, index: number): string {
  return join(root, String(Math.floor(index / 100)).padStart(3, '0'));
}

const maxOffset = 1 << 20;
const blockBytes = 4 << 20;
