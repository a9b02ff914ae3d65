import type { FileHandle } from 'node:fs/promises';
import { lookup } from 'mrmime';
import type { ObjectAttributes, ObjectHead } from '../ports/bucket';
import type { LocalFile } from './localFile';
import type { OpenFile } from './openFile';

/**
 * Returns what is stored with a file's bytes. `mtime` and `mode` are written as rclone does, which
 * reads them too: https://rclone.org/s3/#metadata
 */
export async function objectAttributes(
  file: OpenFile,
  { path, mtimeNs }: LocalFile,
): Promise<ObjectAttributes> {
  const { mode } = await file.handle.stat();
  return {
    contentType: lookup(path) ?? 'application/octet-stream',
    metadata: {
      mtime: decimalSeconds(mtimeNs),
      ...(process.platform === 'win32' ? {} : { mode: mode.toString(8) }),
    },
  };
}

/** What a restored file is to have beside its bytes. */
export interface StoredAttributes {
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** `undefined` if none was stored. */
  readonly mode: number | undefined;
}

/** Reads what `objectAttributes` or rclone wrote. Without a time, the file is as old as its object. */
export function storedAttributes({
  metadata,
  modifiedAtMs,
}: Pick<ObjectHead, 'metadata' | 'modifiedAtMs'>): StoredAttributes {
  return {
    mtimeNs: storedTime(metadata)?.mtimeNs ?? BigInt(Math.round(modifiedAtMs)) * nsPerMs,
    mode: storedMode(metadata),
  };
}

/**
 * Whether a restore would give a file the time and mode that it has now: the time to the precision
 * of the stored one, or to the millisecond that restores promise. `false` for objects of other
 * tools, which store neither.
 */
export function isRestoredExactly(
  metadata: Metadata,
  { mtimeNs, mode }: { readonly mtimeNs: bigint; readonly mode: number },
  platform: NodeJS.Platform,
): boolean {
  const stored = storedTime(metadata);
  if (stored === undefined) return false;
  const step = stored.stepNs > nsPerMs ? stored.stepNs : nsPerMs;
  if (mtimeNs / step !== stored.mtimeNs / step) return false;
  // Windows derives the mode from the read-only attribute.
  return platform === 'win32' || (mode & 0o7777) === storedMode(metadata);
}

/**
 * Sets an open file's time, to the millisecond at least, and its mode, or `defaultMode` if none was
 * stored.
 */
export async function applyAttributes(
  handle: FileHandle,
  { mtimeNs: wanted, mode }: StoredAttributes,
  defaultMode: number,
): Promise<void> {
  // Windows derives the mode from the read-only attribute.
  if (process.platform !== 'win32') await handle.chmod(mode ?? defaultMode);
  // Node takes seconds as a double, which by now has steps of some hundred nanoseconds: at the edge
  // of a millisecond the nearest double may lie on the wrong side.
  for (const nudge of [0n, 250n, -250n, 500n, -500n, 1_000n, -1_000n]) {
    const seconds = Number(wanted + nudge) / 1e9;
    // Node takes a negative number for the present time, but not a date.
    const time = seconds < 0 ? new Date(seconds * 1000) : seconds;
    await handle.utimes(time, time);
    const { mtimeNs } = await handle.stat({ bigint: true });
    if (mtimeNs / nsPerMs === wanted / nsPerMs) return;
  }
}

type Metadata = ObjectHead['metadata'];

const nsPerMs = 1_000_000n;

function decimalSeconds(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const digits = (nanoseconds < 0n ? -nanoseconds : nanoseconds).toString().padStart(10, '0');
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** Parses decimal seconds; `stepNs` is the precision in which they were written. */
function storedTime({
  mtime = '',
}: Metadata): { readonly mtimeNs: bigint; readonly stepNs: bigint } | undefined {
  const match = /^(-?)(\d{1,11})(?:\.(\d{1,9})\d*)?$/.exec(mtime);
  if (match === null) return undefined;
  const [, sign, seconds = '', fraction = ''] = match;
  const size = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
  return { mtimeNs: sign === '-' ? -size : size, stepNs: 10n ** BigInt(9 - fraction.length) };
}

/** Octal, with or without the file's type. Set-uid, set-gid and sticky bits are not restored. */
function storedMode({ mode = '' }: Metadata): number | undefined {
  return /^[0-7]{3,7}$/.test(mode) ? parseInt(mode, 8) & 0o777 : undefined;
}
