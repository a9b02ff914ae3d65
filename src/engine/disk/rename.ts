import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import { extname } from 'node:path';
import type { FilePath } from '../../protocol/folders';
import { hasCode } from '../failures/systemCode';
import { childPath, fileName, parentPath, toAbsolutePath } from './filePath';
import { shortenName, type StagedFile } from './stagedFile';

/**
 * Renames a file on the same disk, but never over a file that is there: then it does nothing and
 * returns `taken`. A file that already has both names, since a process was killed between the two
 * steps, only loses the old one.
 */
export async function renameNoReplace(
  from: string,
  to: string,
  journal: PlaceholderJournal,
): Promise<'moved' | 'taken'> {
  try {
    await link(from, to);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) throw error;
    // Some disks have no hard links, and some users may not make one of every file.
    if (!hasCode(error, 'EEXIST')) return renameOverPlaceholder(from, to, journal);
    if (!(await isSameFile(from, to))) return 'taken';
  }
  await unlink(from);
  return 'moved';
}

/**
 * An empty file of the engine that reserves a name for a moment, on disks without hard links, until
 * another file replaces it. Its name is the user's, so the name does not tell whose it is.
 */
export interface Placeholder {
  /** Absolute, as is `source`. */
  readonly path: string;
  /** The staged file that is going to get the name. */
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly notedAt: number;
}

/** Notes placeholders durably, so that even a killed process leaves none behind. */
export interface PlaceholderJournal {
  /** Call it before you make the placeholder. Throws a `Failure` if it cannot be noted. */
  beginPlaceholder(placeholder: Placeholder): void;
  /** Call it when the placeholder is replaced or gone. Never throws. */
  endPlaceholder(placeholder: Placeholder): void;
}

/**
 * Does the same without hard links: an empty file takes the name first, and is then replaced. It is
 * noted before it is made, and removed if it is not replaced.
 */
export async function renameOverPlaceholder(
  from: string,
  to: string,
  journal: PlaceholderJournal,
): Promise<'moved' | 'taken'> {
  if (!(await lstat(from)).isFile()) return renameIfAbsent(from, to);
  const placeholder = { path: to, source: from, notedAt: Date.now() };
  journal.beginPlaceholder(placeholder);
  let inode: bigint | undefined;
  try {
    inode = await createEmpty(to);
    if (inode !== undefined && (await isPlaceholder(to, inode))) {
      await rename(from, to);
      journal.endPlaceholder(placeholder);
      return 'moved';
    }
    journal.endPlaceholder(placeholder);
    return 'taken';
  } catch (error) {
    // If it cannot be removed either, the next start finds it in the journal.
    if (inode === undefined || (await isRemoved(to, inode))) journal.endPlaceholder(placeholder);
    throw error;
  }
}

/** Returns the inode of the new file, or `undefined` if the name is taken. */
async function createEmpty(absolute: string): Promise<bigint | undefined> {
  try {
    const placeholder = await open(absolute, 'wx');
    try {
      return (await placeholder.stat({ bigint: true })).ino;
    } finally {
      await placeholder.close();
    }
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return undefined;
    throw error;
  }
}

async function isPlaceholder(absolute: string, inode: bigint): Promise<boolean> {
  const now = await lstat(absolute, { bigint: true });
  return now.ino === inode && now.size === 0n;
}

/** Whether the placeholder is gone; removes it if it is there, but no other file of that name. */
async function isRemoved(absolute: string, inode: bigint): Promise<boolean> {
  try {
    if (await isPlaceholder(absolute, inode)) await unlink(absolute);
    return true;
  } catch (error) {
    return hasCode(error, 'ENOENT');
  }
}

/** For anything but a regular file, which can neither be linked nor replace one. */
async function renameIfAbsent(from: string, to: string): Promise<'moved' | 'taken'> {
  try {
    await lstat(to);
    return 'taken';
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  await rename(from, to);
  return 'moved';
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all(
    [one, other].map(path => lstat(path, { bigint: true })),
  );
  return first?.dev === second?.dev && first?.ino === second?.ino;
}

export interface ConflictName {
  /** When the conflict was found. */
  readonly at: Date;
  /** Which of the two sides the file is. */
  readonly word: 'kept' | 'cloud';
}

/**
 * Gives a staged file a visible name beside `path` that no other file has, with the time in it:
 * `plan (kept 2026-03-14 09.26.53).txt`. Returns the new path.
 */
export async function renameToConflictName(
  { root, path, stagedPath }: Pick<StagedFile, 'root' | 'path' | 'stagedPath'>,
  { at, word }: ConflictName,
  journal: PlaceholderJournal,
): Promise<FilePath> {
  const name = fileName(path);
  const extension = extname(name).length <= maxExtensionLength ? extname(name) : '';
  const stem = name.slice(0, name.length - extension.length);
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? '' : ` ${String(number)}`;
    const end = ` (${word} ${localTime(at)}${suffix})${extension}`;
    const renamed = childPath(parentPath(path), shortenName(stem, Buffer.byteLength(end)) + end);
    const outcome = await renameNoReplace(
      toAbsolutePath(root, stagedPath),
      toAbsolutePath(root, renamed),
      journal,
    );
    if (outcome === 'moved') return renamed;
  }
}

/** The conflict names of kept files, as a pattern in the syntax of gitignore. */
export const keptNames = '* (kept ????-??-?? ??.??.??*)*';

/** In characters; anything longer is not an extension but most of the name. */
const maxExtensionLength = 20;

/** Local time, without the colons that Windows refuses in names. */
function localTime(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(two).join('-');
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('.')}`;
}
