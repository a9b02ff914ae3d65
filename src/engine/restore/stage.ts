import { fstatSync, lstatSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { setMode, storedAllocation } from '../disk/fileMetadata';
import { fileName } from '../disk/filePath';
import { toKey } from '../disk/objectKey';
import { Failure } from '../failures/failure';
import type { StagedFile } from '../disk/stagedFile';
import { fromDiskError } from '../failures/diskErrors';
import { toLocalFile, type LocalFile } from '../disk/localFile';
import type { StagingJournal } from '../staging/stagingJournal';
import type { FolderLease } from './folderLeases';
import type { RestoreStep, RestoreTools } from './restoreStep';

/** A temporary file, open for writing, beside the path that it is going to get. */
export interface Staged {
  readonly file: StagedFile;
  readonly handle: FileHandle;
  /** The permissions of new files. */
  readonly newFileMode: number;
  /** Its folder, held until `discard` or the commit has ended. */
  readonly lease: FolderLease;
}

export interface StageOptions {
  readonly signal: AbortSignal;
  /** Returns a temporary file for the step that the journal knows of. */
  readonly note: (step: RestoreStep) => Promise<StagedFile>;
}

/**
 * Makes a temporary file beside a step's path, and the folders above it, with room for all of it.
 * Whoever gets it calls `discard` or commits it, and then releases the lease.
 */
export async function stage(
  step: RestoreStep,
  { folders, journal, space }: RestoreTools,
  { signal, note }: StageOptions,
): Promise<Staged> {
  const { path } = step;
  const { root } = step.route;
  const lease = folders.acquire(root, path);
  const { folder } = lease;
  let file: StagedFile | undefined;
  try {
    // Before anything is fetched, the disk says whether it can have such a name at all.
    lstatSync(folder.at(fileName(path)), { throwIfNoEntry: false });
    await requireRoom(step, { folder, space }, signal);
    file = await note(step);
    const { handle, newFileMode } = await create(file, lease);
    return { file, handle, newFileMode, lease };
  } catch (error) {
    try {
      if (file !== undefined) await remove({ file, lease }, journal);
    } finally {
      lease.release();
    }
    throw fromDiskError(error, path);
  }
}

/** Makes an empty file that nobody else reads before it has a mode of its own, if the disk knows modes. */
async function create(
  { stagedPath }: StagedFile,
  { folder, newFiles }: FolderLease,
): Promise<Pick<Staged, 'handle' | 'newFileMode'>> {
  const known = newFiles.mode;
  const handle = await open(folder.at(fileName(stagedPath)), 'wx', known && ownMode);
  try {
    if (known !== undefined) return { handle, newFileMode: known };
    const newFileMode = fstatSync(handle.fd).mode & 0o777;
    newFiles.mode = newFileMode;
    await setMode(handle, ownMode);
    return { handle, newFileMode };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const ownMode = 0o600;

/** Throws `disk-full` where a file cannot fit, before anything is fetched. */
async function requireRoom(
  { route: { bucket, target }, path, from = path, versionId, cloud: { size } }: RestoreStep,
  { folder, space }: Pick<FolderLease, 'folder'> & Pick<RestoreTools, 'space'>,
  signal: AbortSignal,
): Promise<void> {
  const free = await space.take(folder, size);
  // Some pools of disks report that nothing is free; one that is full says so when it is written to.
  if (free === undefined || free === 0n || free >= BigInt(size)) return;
  // A sparse file takes up less, which only its copy tells.
  const head = await bucket.head({ key: toKey(target.prefix, from), versionId, signal });
  const needed = head === undefined ? size : storedAllocation(head);
  if (free < BigInt(needed)) throw new Failure('disk-full', path);
}

/** Closes a staged file when all of it is on the disk, and returns its fields. */
export async function complete({ file, handle }: Staged): Promise<LocalFile> {
  await handle.sync();
  const local = toLocalFile(file.path, fstatSync(handle.fd, { bigint: true }));
  // Windows renames no open files.
  await handle.close();
  return local;
}

/** Removes a staged file that was not committed. */
export async function discard(staged: Staged, journal: StagingJournal): Promise<void> {
  // It may be closed already.
  await staged.handle.close().catch(() => undefined);
  await remove(staged, journal);
}

async function remove(
  { file, lease: { folder } }: Pick<Staged, 'file' | 'lease'>,
  journal: StagingJournal,
): Promise<void> {
  const name = fileName(file.stagedPath);
  if (folder.find(name) === 'there') {
    await rm(folder.at(name), { force: true });
    await folder.sync();
  }
  // Where its folder can be reached no more, the next start looks for it.
  if (folder.find(name) === 'absent') journal.end(file);
}
