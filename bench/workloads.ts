import { mkdir, open, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { seededRandom, type SeededRandom } from '../test/support/suite/seededRandom';
import type { Job } from './contestants';

/** What is measured: so many files of a size, one way or the other, from a store so far away. */
export interface Workload {
  /** In the manner of the field: `upload-4KiB-10_000x`, `compare-100_000x-unchanged`. */
  readonly name: string;
  readonly job: Job;
  readonly files: number;
  readonly bytes: number;
  /** `mixed` for sizes and folders as a repository has them; then `bytes` is that of no file. */
  readonly sizes?: 'mixed';
  /** How many objects the bucket has, if not one for each file. */
  readonly keys: number | undefined;
  /** How many of a hundred files are touched before each run. */
  readonly touchedPercent: number;
  readonly rttMs: number;
}

/**
 * Reads a name: the job, the size of a file, their number, and a round trip other than none, as in
 * `upload-4KiB-10_000x-20ms`. A comparison may leave the size out; it may also be of 100,000 files
 * (or of `-2_000x`) with more objects than that, as `compare-1_000_000-keys`, or after some were
 * touched, as `compare-touched-1%`. An upload may be of files like those of a repository:
 * `upload-mixed-30_000x-20ms`.
 */
export function parseWorkload(name: string): Workload {
  const found = (pattern.exec(name) ?? comparedPattern.exec(name) ?? mixedPattern.exec(name))
    ?.groups;
  if (found === undefined) {
    throw new Error(`${name} is no workload; one is upload-4KiB-10_000x or restore-1GiB-1x-20ms.`);
  }
  const { job = 'compare', size = '1', unit = '', files = '100_000', rtt = '0' } = found;
  const { keys, touched = '0', mixed } = found;
  return {
    name,
    job: job as Job,
    files: toNumber(files),
    bytes: Number(size) * (units[unit] ?? 1),
    ...(mixed !== undefined && { sizes: 'mixed' }),
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
  /^compare-(?:(?<keys>[\d_]+)-keys|touched-(?<touched>\d+)%)(?:-(?<files>[\d_]+)x)?(?:-(?<rtt>\d+)ms)?$/;

const mixedPattern = /^(?<job>upload)-(?<mixed>mixed)-(?<files>[\d_]+)x(?:-(?<rtt>\d+)ms)?$/;

const units: Readonly<Record<string, number>> = { B: 1, KiB: 1 << 10, MiB: 1 << 20, GiB: 1 << 30 };

export const usualWorkloads = [
  'upload-4KiB-10_000x',
  'upload-4KiB-10_000x-20ms',
  'upload-1GiB-1x',
  'upload-mixed-30_000x-20ms',
  'compare-100_000x',
  'compare-1_000_000-keys',
  'compare-touched-1%',
  'restore-4KiB-10_000x',
  'restore-1GiB-1x',
] as const;

/** Returns how long one run may take, with what precedes it: several times what a slow peer needs. */
export function limitSeconds({ job, files, keys = 0 }: Workload): number {
  return 120 + (job === 'compare' ? keys * 0.0002 : files * 0.006);
}

/** Makes the files of a workload, each with bytes of its own; of one size a hundred to a folder. */
export async function makeFiles(
  root: string,
  { files, bytes, sizes }: Pick<Workload, 'files' | 'bytes' | 'sizes'>,
): Promise<void> {
  const random = seededRandom(271_828);
  const block = random.bytes(blockBytes);
  for (let index = 0; index < files; index++) {
    const path = sizes === 'mixed' ? mixedPathOf(root, index) : pathOf(root, index);
    const size = sizes === 'mixed' ? mixedSize(random) : bytes;
    if (index % (sizes === 'mixed' ? mixedFilesToFolder : 100) === 0) {
      await mkdir(dirname(path), { recursive: true });
    }
    // Begins elsewhere in the block each time.
    const first = block.subarray((index * 997) % (blockBytes - maxOffset));
    if (size <= first.byteLength) {
      await writeFile(path, first.subarray(0, size));
      continue;
    }
    const file = await open(path, 'w');
    for (let left = size; left > 0; left -= blockBytes) {
      await file.write(block, 0, Math.min(left, blockBytes));
    }
    await file.close();
  }
}

/** Draws the size of a file in bytes, as they are spread in a checkout: most are a few KiB. */
function mixedSize(random: SeededRandom): number {
  const drawn = random.below(10_000);
  const [from = 0, to = 1] = mixedSizes.find(([, , upTo]) => drawn < upTo) ?? [];
  return from + random.below(to - from);
}

/** Sizes from and below, and up to which of ten thousand files have them. */
const mixedSizes: readonly (readonly [from: number, below: number, upTo: number])[] = [
  [100, 1 << 10, 2_000],
  [1 << 10, 8 << 10, 7_200],
  [8 << 10, 32 << 10, 9_560],
  [32 << 10, 256 << 10, 9_967],
  [256 << 10, 2 << 20, 9_997],
  [2 << 20, 12 << 20, 10_000],
];

/** A few files to a folder, eight folders in each, several levels deep. */
function mixedPathOf(root: string, index: number): string {
  const folders = Math.floor(index / mixedFilesToFolder)
    .toString(8)
    .split('');
  return join(root, ...folders, `${String(index)}.txt`);
}

const mixedFilesToFolder = 12;

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
