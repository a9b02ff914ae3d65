import { linkSync, unlinkSync } from 'node:fs';
import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import { extname } from 'node:path';
import type { FilePath } from '../../protocol/folders';
import { hasCode } from '../failures/systemCode';
import { childPath, fileName, parentPath } from './filePath';
import type { HeldFolder } from './heldFolder';
import { shortenName, type StagedFile } from './stagedFile';

/**
 * Renames a file within its folder, but never over a file that is there: then it does nothing and
 * returns `taken`. When it returns `moved`, a power cut cannot undo it. A file that already has both names, since a process was killed between the two
 * steps, only loses the old one.
 */
export async function renameNoReplace(
  folder: HeldFolder,
  { from, to, isNeeded }: Renaming,
  journal: PlaceholderJournal,
): Promise<'moved' | 'taken'> {
  try {
    await folder.pace.call(
      () => {
        linkSync(folder.at(from), folder.at(to));
      },
      () => link(folder.at(from), folder.at(to)),
    );
  } catch (error) {
    if (hasCode(error, 'ENOENT')) throw error;
    // Some disks have no hard links, and some users may not make one of every file.
    if (!hasCode(error, 'EEXIST')) return renameOverPlaceholder(folder, { from, to }, journal);
    if (!(await isSameFile(folder.at(from), folder.at(to)))) return 'taken';
  }
  // A disk may keep the second step of the two alone, and then the file has no name.
  if (isNeeded === true) await folder.sync();
  await folder.pace.call(
    () => {
      unlinkSync(folder.at(from));
    },
    () => unlink(folder.at(from)),
  );
  await folder.sync();
  return 'moved';
}

/** Two names in one folder. */
export interface Renaming {
  readonly from: string;
  readonly to: string;
  /** Whether the file must have one of the names at any moment: no other stands for it. */
  readonly isNeeded?: boolean;
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
  folder: HeldFolder,
  { from, to }: Renaming,
  journal: PlaceholderJournal,
): Promise<'moved' | 'taken'> {
  if (!(await lstat(folder.at(from))).isFile()) return renameIfAbsent(folder, { from, to });
  const [source, path] = [from, to].map(name => folder.pathOf(name)) as [string, string];
  const placeholder = { path, source, notedAt: Date.now() };
  // Without its source, a placeholder that a power cut leaves would pass for the user's empty file.
  await folder.sync();
  journal.beginPlaceholder(placeholder);
  let inode: bigint | undefined;
  try {
    inode = await createEmpty(folder.at(to));
    if (inode !== undefined && (await isPlaceholder(folder.at(to), inode))) {
      await rename(folder.at(from), folder.at(to));
      await folder.sync();
      journal.endPlaceholder(placeholder);
      return 'moved';
    }
    journal.endPlaceholder(placeholder);
    return 'taken';
  } catch (error) {
    // If it cannot be removed either, the next start finds it in the journal.
    if (inode === undefined || (await isRemoved(folder.at(to), inode))) {
      await folder.sync();
      journal.endPlaceholder(placeholder);
    }
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
async function renameIfAbsent(
  folder: HeldFolder,
  { from, to }: Renaming,
): Promise<'moved' | 'taken'> {
  if (folder.find(to) === 'there') return 'taken';
  await rename(folder.at(from), folder.at(to));
  await folder.sync();
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
  folder: HeldFolder,
  { path, stagedPath }: Pick<StagedFile, 'path' | 'stagedPath'>,
  { at, word }: ConflictName,
  journal: PlaceholderJournal,
): Promise<FilePath> {
  const name = fileName(path);
  const extension = extname(name).length <= maxExtensionLength ? extname(name) : '';
  const stem = name.slice(0, name.length - extension.length);
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? '' : ` ${String(number)}`;
    const end = ` (${word} ${localTime(at)}${suffix})${extension}`;
    const to = shortenName(stem, Buffer.byteLength(end)) + end;
    const renaming = { from: fileName(stagedPath), to, isNeeded: word === 'kept' };
    const outcome = await renameNoReplace(folder, renaming, journal);
    if (outcome === 'moved') return childPath(parentPath(path), to);
  }
}

/** The conflict names, as patterns in the syntax of gitignore. */
export const conflictNames = ['kept', 'cloud'].map(word => `* (${word} ????-??-?? ??.??.??*)*`);

/** In characters; anything longer is not an extension but most of the name. */
const maxExtensionLength = 20;

/** Local time, without the colons that Windows refuses in names. */
function localTime(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(two).join('-');
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('.')}`;
}
