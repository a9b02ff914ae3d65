import { lstatSync } from 'node:fs';
import { open, rename, rm, unlink } from 'node:fs/promises';
import { Failure } from '../failures/failure';
import { fileName, toAbsolutePath } from '../disk/filePath';
import type { HeldFolder } from '../disk/heldFolder';
import { newStagedFile, type StagedFile } from '../disk/stagedFile';
import type { OpenFile } from '../disk/openFile';
import type { EditorPort } from '../ports/editorPort';
import { toLocalFile, isSameState } from '../disk/localFile';
import type { StagingJournal } from '../staging/stagingJournal';
import { freeBytes } from '../disk/freeSpace';
import { allocatedBytes, writeSparse } from '../disk/writeFile';
import type { SafeToFree } from './examineFile';

/** A file under a name of our own, in its folder. */
export interface Displaced {
  readonly file: StagedFile;
  readonly folder: HeldFolder;
}

/**
 * Removes the name of an open file that was examined. Another program that has the file open may
 * have written since the last stat: then its bytes, which only the open file still has, get the name
 * again, all of them or none, and this throws `differs-here`. Where there is no room for them the
 * file stays open, and `only-open` says where.
 */
export async function removeExamined(
  file: OpenFile,
  safe: SafeToFree,
  displaced: Displaced,
  journal: StagingJournal,
): Promise<void> {
  const { path, stagedPath } = displaced.file;
  await assertRoomOrRest(file, safe, displaced);
  safe.requireFresh();
  // In a folder that was moved the file has another path, and no copy of that path.
  displaced.folder.requireInPlace();
  await unlink(displaced.folder.at(fileName(stagedPath)));
  // Some disks can't stat a file without a name.
  const now = await file.stat().catch(() => safe.local);
  if (now.size === safe.local.size && now.mtimeNs === safe.local.mtimeNs) return;
  try {
    await copyBack(file, displaced, journal);
  } catch (error) {
    file.keepOpen();
    throw new Failure('only-open', path, new Error(placeOf(file), { cause: error }));
  }
  throw new Failure('differs-here', path);
}

/**
 * Throws `disk-full` where a file could not be copied back that somebody may just be writing. One
 * that has rested is not written by anybody: of a full disk it is what frees the space.
 */
async function assertRoomOrRest(
  examined: OpenFile,
  { local }: SafeToFree,
  { file: { path }, folder }: Displaced,
): Promise<void> {
  const { size, blocks } = examined.fields();
  const needed = allocatedBytes({ size: Number(size), blocks: Number(blocks) });
  const free = await freeBytes(folder.at('.'));
  if (free === undefined || free >= BigInt(needed)) return;
  const restedMs = Date.now() - Number(local.mtimeNs / 1_000_000n);
  if (restedMs < minRestMs) throw new Failure('disk-full', path);
}

const minRestMs = 10 * 60_000;

/** Under a name of our own first: a part of a file is never given its name. */
async function copyBack(
  file: OpenFile,
  { file: { root, path, stagedPath }, folder }: Displaced,
  journal: StagingJournal,
): Promise<void> {
  const staged = newStagedFile('temporary', root, path);
  const temporary = fileName(staged.stagedPath);
  journal.begin(staged);
  try {
    await writeCopy(file, folder.at(temporary));
    await rename(folder.at(temporary), folder.at(fileName(stagedPath)));
  } finally {
    await rm(folder.at(temporary), { force: true });
    await folder.sync();
    journal.end(staged);
  }
}

/** Not by streams: one that fails closes the file that it reads. */
async function writeCopy(file: OpenFile, absolute: string): Promise<void> {
  const { mode } = file.fields();
  const copy = await open(absolute, 'wx', Number(mode) & 0o777);
  try {
    const buffer = Buffer.allocUnsafe(copyBytes);
    let position = 0;
    for (;;) {
      const bytesRead = await file.read(buffer, position);
      if (bytesRead === 0) break;
      await writeSparse(copy, buffer.subarray(0, bytesRead), position);
      position += bytesRead;
    }
    await copy.truncate(position);
    await copy.sync();
  } finally {
    await copy.close();
  }
}

const copyBytes = 1 << 20;

/** Returns how the bytes of a file without a name can be reached. */
function placeOf({ fd }: OpenFile): string {
  const { pid, platform } = process;
  const number = String(fd);
  return platform === 'linux'
    ? `/proc/${String(pid)}/fd/${number}`
    : `process ${String(pid)}, file descriptor ${number}`;
}

/** Moves a file to the trash that was examined under its own name, if it is still the same. */
export async function trashExamined(
  root: string,
  safe: SafeToFree,
  editor: EditorPort,
): Promise<void> {
  const { path } = safe.local;
  const absolute = toAbsolutePath(root, path);
  const now = lstatSync(absolute, { bigint: true, throwIfNoEntry: false });
  if (now === undefined) throw new Failure('file-vanished', path);
  if (!isSameState(safe.local, toLocalFile(path, now))) throw new Failure('differs-here', path);
  safe.requireFresh();
  if ((await editor.moveToTrash(absolute)) === 'no-trash') {
    throw new Failure('not-trashed', path);
  }
}
