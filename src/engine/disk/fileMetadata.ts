import { fstatSync, type BigIntStats } from 'node:fs';
import type { FilePath } from '../../protocol/folders';
import type { FileAttribute } from '../../protocol/reports';
import { hasCode } from '../failures/systemCode';
import type { ObjectAttributes, ObjectHead } from '../ports/bucket';
import { contentType } from './contentType';
import type { NewFile } from './newFile';
import { allocatedBytes } from './writeFile';

/**
 * Returns what is stored with a file's bytes. `mtime` and `mode` are written as rclone does, which
 * reads them too: https://rclone.org/s3/#metadata
 */
export function objectAttributes(
  path: FilePath,
  { mtimeNs, mode, ...fields }: Pick<BigIntStats, 'size' | 'blocks' | 'mode' | 'mtimeNs'>,
): ObjectAttributes {
  const [size, blocks] = [Number(fields.size), Number(fields.blocks)];
  const allocated = allocatedBytes({ size, blocks });
  return {
    contentType: contentType({ path, size }),
    metadata: {
      mtime: decimalSeconds(mtimeNs),
      ...(process.platform === 'win32' ? {} : { mode: mode.toString(8) }),
      ...(size - allocated >= minHolesBytes ? { allocated: String(allocated) } : {}),
    },
  };
}

/** Disks differ in smaller ones by how they keep files, not by what is in them. */
const minHolesBytes = 1 << 20;

/** Returns how many bytes a copy is known to take up on a disk: of a sparse file not all. */
export function storedAllocation({
  metadata,
  size,
}: Pick<ObjectHead, 'metadata' | 'size'>): number {
  const { allocated = '' } = metadata;
  return /^\d{1,15}$/.test(allocated) ? Math.min(size, Number(allocated)) : size;
}

/** What a restored file is to have beside its bytes. */
export interface StoredAttributes {
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** `undefined` if none was stored. */
  readonly mode: number | undefined;
}

/**
 * Reads what `objectAttributes` or another tool wrote. Without a time that can be read, the file is
 * as old as its object.
 */
export function storedAttributes({
  metadata,
  modifiedAtMs,
}: Pick<ObjectHead, 'metadata' | 'modifiedAtMs'>): StoredAttributes {
  return {
    mtimeNs: storedTime(metadata)?.mtimeNs ?? nanoseconds(modifiedAtMs),
    mode: storedMode(metadata),
  };
}

/**
 * Whether a restore would give a file the time and mode that it has now: the time to the precision
 * of the stored one and of the disk, or to the millisecond that restores promise. `false` for objects
 * of other tools, which store neither.
 */
export function isRestoredExactly(
  metadata: Metadata,
  { mtimeNs, mode }: { readonly mtimeNs: bigint; readonly mode: number },
  platform: NodeJS.Platform,
): boolean {
  const stored = storedTime(metadata);
  if (stored === undefined) return false;
  const steps = [stored.stepNs, diskStep(mtimeNs), nsPerMs];
  const step = steps.reduce((longest, each) => (each > longest ? each : longest));
  if (mtimeNs / step !== stored.mtimeNs / step) return false;
  // Windows derives the mode from the read-only attribute.
  return platform === 'win32' || readable(mode & 0o7777) === storedMode(metadata);
}

/**
 * Sets an open file's time, to the millisecond where the disk can, and its mode, or `defaultMode` if
 * none was stored. Returns what the disk did not take: disks that know no modes refuse them, as do
 * shares that are mounted for another user, and the bytes are worth more than both.
 */
export async function applyAttributes(
  handle: Pick<NewFile, 'fd' | 'chmod' | 'utimes'>,
  { mtimeNs: wanted, mode }: StoredAttributes,
  defaultMode: number,
): Promise<readonly FileAttribute[]> {
  const notSet: FileAttribute[] = [];
  // Windows derives the mode from the read-only attribute.
  if (process.platform !== 'win32') {
    const wantedMode = mode ?? defaultMode;
    const isSet = () => (fstatSync(handle.fd).mode & 0o777) === wantedMode;
    // It may have been made with it.
    if (!isSet()) {
      await setMode(handle, wantedMode);
      // Some disks refuse a mode, some ignore it.
      if (!isSet()) notSet.push('permissions');
    }
  }
  if (!(await setTime(handle, wanted))) notSet.push('time');
  return notSet;
}

/** Sets a mode if the disk knows modes. */
export async function setMode(handle: Pick<NewFile, 'chmod'>, mode: number): Promise<void> {
  await unlessRefused(handle.chmod(mode));
}

async function setTime(handle: Pick<NewFile, 'fd' | 'utimes'>, wanted: bigint): Promise<boolean> {
  let missedBy = 0n;
  // Node takes seconds as a double, which by now has steps of some hundred nanoseconds: at the edge
  // of a millisecond the nearest double may lie on the wrong side.
  for (const nudge of [0n, 250n, -250n, 500n, -500n, 1_000n, -1_000n]) {
    const seconds = Number(wanted + nudge) / 1e9;
    // Node takes a negative number for the present time, but not a date.
    const time = seconds < 0 ? new Date(seconds * 1000) : seconds;
    await unlessRefused(handle.utimes(time, time));
    // In this thread, as for modes: an open file's fields are in memory.
    const { mtimeNs } = fstatSync(handle.fd, { bigint: true });
    if (mtimeNs / nsPerMs === wanted / nsPerMs) return true;
    missedBy = mtimeNs > wanted ? mtimeNs - wanted : wanted - mtimeNs;
    if (missedBy > maxStepNs) return false;
  }
  return missedBy < maxStepNs;
}

async function unlessRefused(setting: Promise<void>): Promise<void> {
  try {
    await setting;
  } catch (error) {
    if (!hasCode(error, ...refusals)) throw error;
  }
}

/** With these a disk says that a file cannot have a mode or a time, or not this one. */
const refusals = [
  'EPERM',
  'EACCES',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EINVAL',
  'ERANGE',
  'EOVERFLOW',
];

type Metadata = ObjectHead['metadata'];

const nsPerMs = 1_000_000n;
const nsPerSecond = 1_000_000_000n;

/** FAT keeps times in steps of two seconds, coarser than any other file system here. */
const maxStepNs = 2n * nsPerSecond;

/** Returns the coarsest step in which a disk may keep a time. */
function diskStep(mtimeNs: bigint): bigint {
  return [maxStepNs, nsPerSecond].find(step => mtimeNs % step === 0n) ?? 1n;
}

function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds)) * nsPerMs;
}

function decimalSeconds(time: bigint): string {
  const sign = time < 0n ? '-' : '';
  const digits = (time < 0n ? -time : time).toString().padStart(10, '0');
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

interface StoredTime {
  readonly mtimeNs: bigint;
  /** The precision in which it was written. */
  readonly stepNs: bigint;
}

/** Parses decimal seconds, as most tools write them, or a date with its zone (RFC 3339). */
function storedTime({ mtime = '' }: Metadata): StoredTime | undefined {
  const match = /^([-+]?)(\d{1,11})(?:\.(\d{1,9})\d*)?$/.exec(mtime);
  if (match === null) return storedDate(mtime);
  const [, sign, seconds = '', fraction = ''] = match;
  const size = BigInt(seconds) * nsPerSecond + BigInt(fraction.padEnd(9, '0'));
  return { mtimeNs: sign === '-' ? -size : size, stepNs: 10n ** BigInt(9 - fraction.length) };
}

function storedDate(mtime: string): StoredTime | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)$/.test(mtime))
    return undefined;
  const milliseconds = Date.parse(mtime);
  if (Number.isNaN(milliseconds)) return undefined;
  return {
    mtimeNs: nanoseconds(milliseconds),
    stepNs: mtime.includes('.') ? nsPerMs : nsPerSecond,
  };
}

/**
 * Parses a mode in octal, with or without the file's type, as rclone and this program write it, or in
 * decimal, as s3fs does (https://github.com/s3fs-fuse/s3fs-fuse/issues/492). Set-uid, set-gid and
 * sticky bits are not restored, and the owner can always read. Ignores what is no regular file's.
 */
function storedMode({ mode = '' }: Metadata): number | undefined {
  const found = [octal(mode), decimal(mode)].find(each => each !== undefined && isSensible(each));
  return found === undefined ? undefined : readable(found & 0o777);
}

function octal(text: string): number | undefined {
  const digits = /^(?:0o)?([0-7]{3,7})$/.exec(text)?.[1];
  return digits === undefined ? undefined : parseInt(digits, 8);
}

function decimal(text: string): number | undefined {
  return /^\d{3,5}$/.test(text) ? Number(text) : undefined;
}

/**
 * Whether a number is the mode of a regular file, or has no type. One without, as 420, which is 0644
 * in decimal, is read in the wrong base where it lets others do what the owner may not.
 */
function isSensible(mode: number): boolean {
  const type = mode >> 12;
  if (type !== 0) return type === regularFile;
  const owner = mode >> 6;
  const others = (mode >> 3) | mode;
  return (others & ~owner & 7) === 0;
}

/** `S_IFREG` without the bits below it: inode(7). */
const regularFile = 0o10;

function readable(mode: number): number {
  return mode | 0o400;
}
