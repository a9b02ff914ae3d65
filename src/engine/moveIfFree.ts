import { link, lstat, open, rename, unlink } from 'node:fs/promises';

/**
 * Gives a file another name on the same disk, but never the name of a file that is there: then
 * nothing is done. A file that has both names already, since a process was killed between the two
 * steps, only loses the old one.
 */
export async function moveIfFree(from: string, to: string): Promise<'moved' | 'taken'> {
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
        return moveOverPlaceholder(from, to);
    }
  }
  await unlink(from);
  return 'moved';
}

/** The same without hard links: an empty file takes the name first, and is then replaced. */
export async function moveOverPlaceholder(from: string, to: string): Promise<'moved' | 'taken'> {
  if (!(await lstat(from)).isFile()) return moveAfterLook(from, to);
  let inode: bigint;
  try {
    const placeholder = await open(to, 'wx');
    try {
      ({ ino: inode } = await placeholder.stat({ bigint: true }));
    } finally {
      await placeholder.close();
    }
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return 'taken';
    throw error;
  }
  const now = await lstat(to, { bigint: true });
  if (now.ino !== inode || now.size > 0n) return 'taken';
  await rename(from, to);
  return 'moved';
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
