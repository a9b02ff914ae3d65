import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import type { PlaceholderNotes } from '../staging/placeholders';

/**
 * Gives a file another name on the same disk, but never the name of a file that is there: then
 * nothing is done. A file that has both names already, since a process was killed between the two
 * steps, only loses the old one.
 */
export async function renameNoReplace(
  from: string,
  to: string,
  notes: PlaceholderNotes,
): Promise<'moved' | 'taken'> {
  try {
    await link(from, to);
  } catch (error) {
    switch (codeOf(error)) {
      case 'EEXIST':
        if (!(await isSameFile(from, to))) return 'taken';
        break;
      case 'ENOENT':
        throw error;
      default:
        // Not every disk has hard links, nor may everybody make them of every file.
        return moveOverPlaceholder(from, to, notes);
    }
  }
  await unlink(from);
  return 'moved';
}

/**
 * The same without hard links: an empty file takes the name first, and is then replaced. It is noted
 * before it comes into being, and does not stay where it is not replaced.
 */
export async function moveOverPlaceholder(
  from: string,
  to: string,
  notes: PlaceholderNotes,
): Promise<'moved' | 'taken'> {
  if (!(await lstat(from)).isFile()) return moveAfterLook(from, to);
  const noted = { path: to, source: from, notedAt: Date.now() };
  notes.beginPlaceholder(noted);
  let inode: bigint | undefined;
  try {
    inode = await makeEmpty(to);
    if (inode !== undefined && (await isPlaceholder(to, inode))) {
      await rename(from, to);
      notes.endPlaceholder(noted);
      return 'moved';
    }
    notes.endPlaceholder(noted);
    return 'taken';
  } catch (error) {
    // Where it cannot be removed either, the journal holds it for the next start.
    if (inode === undefined || (await isRemoved(to, inode))) notes.endPlaceholder(noted);
    throw error;
  }
}

/** Gives the inode of the new file, or `undefined` where the name is taken. */
async function makeEmpty(absolute: string): Promise<bigint | undefined> {
  try {
    const placeholder = await open(absolute, 'wx');
    try {
      return (await placeholder.stat({ bigint: true })).ino;
    } finally {
      await placeholder.close();
    }
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  }
}

async function isPlaceholder(absolute: string, inode: bigint): Promise<boolean> {
  const now = await lstat(absolute, { bigint: true });
  return now.ino === inode && now.size === 0n;
}

/** Whether no placeholder is there any more; another file that has its name stays. */
async function isRemoved(absolute: string, inode: bigint): Promise<boolean> {
  try {
    if (await isPlaceholder(absolute, inode)) await unlink(absolute);
    return true;
  } catch (error) {
    return codeOf(error) === 'ENOENT';
  }
}

/** For what is no regular file, and so can neither be linked nor replace one. */
async function moveAfterLook(from: string, to: string): Promise<'moved' | 'taken'> {
  try {
    await lstat(to);
    return 'taken';
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
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

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
