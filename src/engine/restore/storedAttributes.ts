import type { FileHandle } from 'node:fs/promises';
import type { ObjectHead } from '../bucket';

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
  modifiedAt,
}: Pick<ObjectHead, 'metadata' | 'modifiedAt'>): StoredAttributes {
  return {
    modifiedAt: readSeconds(metadata['mtime']) ?? BigInt(Math.round(modifiedAt)) * million,
    mode: readMode(metadata['mode']),
  };
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
    await handle.utimes(seconds, seconds);
    const { mtimeNs } = await handle.stat({ bigint: true });
    if (mtimeNs / million === modifiedAt / million) return;
  }
}

const million = 1_000_000n;

/** Decimal seconds. */
function readSeconds(text: string | undefined): bigint | undefined {
  const match = /^(-?)(\d{1,11})(?:\.(\d{1,9})\d*)?$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, sign, seconds = '', fraction = ''] = match;
  const size = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
  return sign === '-' ? -size : size;
}

/** Octal, with or without the bits of the file's type. Rights to act as somebody else don't count. */
function readMode(text: string | undefined): number | undefined {
  return /^[0-7]{3,7}$/.test(text ?? '') ? parseInt(text ?? '', 8) & 0o777 : undefined;
}
