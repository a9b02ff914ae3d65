import type { FileHandle } from 'node:fs/promises';
import type { ObjectHead } from '../ports/bucket';

/** What a file is to have beside its bytes. */
export interface StoredAttributes {
  /** Nanoseconds since 1970. */
  readonly modifiedAt: bigint;
  /** `undefined` where nobody noted it. */
  readonly mode: number | undefined;
}

/**
 * What was noted of a file when it was stored, in the forms that `upload` and rclone write. Without
 * a note of its time, a file is as old as its object.
 */
export function storedAttributes({
  metadata,
  modifiedAtMs: modifiedAt,
}: Pick<ObjectHead, 'metadata' | 'modifiedAtMs'>): StoredAttributes {
  return {
    modifiedAt: notedTime(metadata)?.at ?? BigInt(Math.round(modifiedAt)) * million,
    mode: notedMode(metadata),
  };
}

type Metadata = ObjectHead['metadata'];

/**
 * Whether a restore gives a file the time and mode back that it has now: the time to the precision
 * of the note, or to the millisecond that restores promise. What another tool has stored without
 * such notes does not.
 */
export function givesBack(
  metadata: Metadata,
  { modifiedAt, mode }: { readonly modifiedAt: bigint; readonly mode: number },
  platform: NodeJS.Platform,
): boolean {
  const noted = notedTime(metadata);
  if (noted === undefined) return false;
  const step = noted.step > million ? noted.step : million;
  if (modifiedAt / step !== noted.at / step) return false;
  // Elsewhere a mode means something else.
  return platform === 'win32' || (mode & 0o7777) === notedMode(metadata);
}

/** Gives an open file its time, to the millisecond at least, and its mode, or else the usual one. */
export async function applyAttributes(
  handle: FileHandle,
  { modifiedAt, mode }: StoredAttributes,
  usualMode: number,
): Promise<void> {
  // Elsewhere a mode means something else.
  if (process.platform !== 'win32') await handle.chmod(mode ?? usualMode);
  // Node takes seconds in floating point, whose steps are some hundred nanoseconds by now: at the
  // edge of a millisecond the nearest one may be on the wrong side.
  for (const nudge of [0n, 250n, -250n, 500n, -500n, 1_000n, -1_000n]) {
    const seconds = Number(modifiedAt + nudge) / 1e9;
    // Node takes a negative number for now, but not a date.
    const time = seconds < 0 ? new Date(seconds * 1000) : seconds;
    await handle.utimes(time, time);
    const { mtimeNs } = await handle.stat({ bigint: true });
    if (mtimeNs / million === modifiedAt / million) return;
  }
}

const million = 1_000_000n;

/** Decimal seconds, as nanoseconds, with the step between one such note and the next. */
function notedTime({
  mtime = '',
}: Metadata): { readonly at: bigint; readonly step: bigint } | undefined {
  const match = /^(-?)(\d{1,11})(?:\.(\d{1,9})\d*)?$/.exec(mtime);
  if (match === null) return undefined;
  const [, sign, seconds = '', fraction = ''] = match;
  const size = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
  return { at: sign === '-' ? -size : size, step: 10n ** BigInt(9 - fraction.length) };
}

/** Octal, with or without the bits of the file's type. Rights to act as somebody else don't count. */
function notedMode({ mode = '' }: Metadata): number | undefined {
  return /^[0-7]{3,7}$/.test(mode) ? parseInt(mode, 8) & 0o777 : undefined;
}
