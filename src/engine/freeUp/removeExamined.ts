import { open, rename, rm, statfs, unlink } from 'node:fs/promises';
import { Failure } from '../failures/failure';
import { parentPath, toAbsolutePath } from '../disk/filePath';
import { type StagedFile, newStagedFile } from '../disk/stagedFile';
import type { OpenFile } from '../disk/openFile';
import type { StagingJournal } from '../staging/stagingJournal';
import { writeAll } from '../disk/writeFile';
import type { SafeToFree } from './examineFile';

/**
 * Removes the name of an open file that was examined. Who has the file open, too, may have written
 * between the last look and now: then its bytes, which only the open file still has, get the name
 * again, all of them or none, and `differs-here` is thrown. Where there is no room for them the
 * file stays open, and `only-open` tells where.
 */
export async function removeExamined(
  file: OpenFile,
  safe: SafeToFree,
  aside: StagedFile,
  journal: StagingJournal,
): Promise<void> {
  const absolute = toAbsolutePath(aside.root, aside.stagedPath);
  await requireRoomOrRest(safe, aside);
  safe.requireFresh();
  await unlink(absolute);
  // Some disks tell nothing of a file without a name.
  const now = await file.stat().catch(() => safe.local);
  if (now.size === safe.local.size && now.mtimeNs === safe.local.mtimeNs) return;
  try {
    await copyBack(file, aside, journal);
  } catch (error) {
    file.keepOpen();
    throw new Failure('only-open', aside.path, new Error(placeOf(file), { cause: error }));
  }
  throw new Failure('differs-here', aside.path);
}

/**
 * Throws `disk-full` where a file could not be copied back that somebody may just be writing. One
 * that has rested is not written by anybody: of a full disk it is what frees the space.
 */
async function requireRoomOrRest({ local }: SafeToFree, { root, path }: StagedFile): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(toAbsolutePath(root, parentPath(path)), {
    bigint: true,
  });
  // Some network disks don't say.
  if (blocks === 0n || bavail * bsize >= BigInt(local.size)) return;
  const restedMs = Date.now() - Number(local.mtimeNs / 1_000_000n);
  if (restedMs < longRestMs) throw new Failure('disk-full', path);
}

const longRestMs = 10 * 60_000;

/** Under a name of our own first: a part of a file is never given its name. */
async function copyBack(file: OpenFile, aside: StagedFile, journal: StagingJournal): Promise<void> {
  const { root, path, stagedPath } = aside;
  const own = newStagedFile('temporary', root, path);
  const temporary = toAbsolutePath(root, own.stagedPath);
  journal.begin(own);
  try {
    await writeCopy(file, temporary);
    await rename(temporary, toAbsolutePath(root, stagedPath));
  } finally {
    await rm(temporary, { force: true });
    journal.end(own);
  }
}

/** Not by streams: one that fails closes the file that it reads. */
async function writeCopy({ handle }: OpenFile, absolute: string): Promise<void> {
  const { mode } = await handle.stat();
  const copy = await open(absolute, 'wx', mode & 0o777);
  try {
    const buffer = Buffer.allocUnsafe(copySize);
    for (let position = 0; ;) {
      const { bytesRead } = await handle.read(buffer, 0, copySize, position);
      if (bytesRead === 0) break;
      await writeAll(copy, buffer.subarray(0, bytesRead), position);
      position += bytesRead;
    }
    await copy.sync();
  } finally {
    await copy.close();
  }
}

const copySize = 1 << 20;

/** By what the bytes of a file without a name can be reached. */
function placeOf({ handle }: OpenFile): string {
  const { pid, platform } = process;
  const number = String(handle.fd);
  return platform === 'linux'
    ? `/proc/${String(pid)}/fd/${number}`
    : `process ${String(pid)}, file descriptor ${number}`;
}
