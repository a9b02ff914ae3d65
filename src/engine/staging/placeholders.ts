import { lstat, unlink } from 'node:fs/promises';

/**
 * An empty file of ours that holds a name for a moment, on disks without hard links, until another
 * file replaces it. It has a name of the user's, so it cannot be told by that.
 */
export interface Placeholder {
  /** Absolute, as is `source`. */
  readonly path: string;
  /** The file of our own that is to get the name. */
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly notedAt: number;
}

/** Which placeholders there are, kept so that even a killed process leaves none behind. */
export interface PlaceholderNotes {
  /** Call it before the placeholder comes into being. Throws a `Failure` where it cannot be noted. */
  beginPlaceholder(placeholder: Placeholder): void;
  /** It has been replaced, or is gone. Never throws. */
  endPlaceholder(placeholder: Placeholder): void;
}

/**
 * Removes what is left of a placeholder, and only that: once its source is no longer there, it has
 * been replaced; an empty file that was not made just when it was noted is somebody else's.
 */
export async function removePlaceholder({
  path,
  source,
  notedAt,
}: Placeholder): Promise<'removed' | 'none'> {
  const [empty, waiting] = await Promise.all([lookAt(path), lookAt(source)]);
  if (empty?.isFile() !== true || empty.size > 0 || waiting === undefined) return 'none';
  if (Math.abs(empty.mtimeMs - notedAt) > madeWithin) return 'none';
  await unlink(path);
  return 'removed';
}

/** In milliseconds; some file systems keep times in steps of two seconds. */
const madeWithin = 10_000;

async function lookAt(absolute: string) {
  try {
    return await lstat(absolute);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
