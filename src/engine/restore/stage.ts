import { fstatSync, lstatSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setMode, storedAllocation } from '../disk/fileMetadata';
import { fileName } from '../disk/filePath';
import { createFile, type NewFile } from '../disk/newFile';
import { toKey } from '../disk/objectKey';
import { Failure } from '../failures/failure';
import type { StagedFile } from '../disk/stagedFile';
import { fromWriteError } from '../failures/diskErrors';
import { toLocalFile, type LocalFile } from '../disk/localFile';
import type { StagingJournal } from '../staging/stagingJournal';
import type { FolderLease } from './folderLeases';
import type { RestoreStep, RestoreTools } from './restoreStep';

/** A temporary file beside the path that it is going to get. */
export class Staged {
  readonly file: StagedFile;
  /** Its folder, held until `discard` or the commit has ended. */
  readonly lease: FolderLease;
  #making: Promise<NewFile> | undefined;

  constructor(file: StagedFile, lease: FolderLease) {
    this.file = file;
    this.lease = lease;
  }

  /**
   * Returns the file, open for writing. The first call makes it, with the permissions that it is to
   * have, or those of new files: so nobody reads it who may not read what it is going to be.
   */
  opened(mode?: number): Promise<NewFile> {
    return (this.#making ??= create(this.file, this.lease, mode));
  }

  /** The permissions of new files in its folder, once a file was made there. */
  get newFileMode(): number {
    return this.lease.newFiles.mode ?? ownMode;
  }

  /** Closes it where it was made. */
  async close(): Promise<void> {
    await (await this.#making)?.close();
  }
}

export interface StageOptions {
  readonly signal: AbortSignal;
  /** Returns a temporary file for the step that the journal knows of. */
  readonly note: (step: RestoreStep) => Promise<StagedFile>;
}

/**
 * Notes a temporary file beside a step's path, and makes the folders above it, with room for all of
 * it. The first file of a folder is made now, so that nothing is fetched for a folder that takes none.
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
    const staged = new Staged(file, lease);
    if (lease.newFiles.mode === undefined) await staged.opened();
    return staged;
  } catch (error) {
    try {
      if (file !== undefined) await remove({ file, lease }, journal);
    } finally {
      lease.release();
    }
    throw fromWriteError(error, path);
  }
}

async function create(
  { stagedPath }: StagedFile,
  { folder, newFiles }: FolderLease,
  mode: number | undefined,
): Promise<NewFile> {
  const absolute = folder.at(fileName(stagedPath));
  const known = newFiles.mode;
  if (known !== undefined) {
    // Windows takes a mode for an attribute by which nobody may rename the file.
    const wanted = process.platform === 'win32' ? ownMode : (mode ?? known);
    return createFile(absolute, wanted, folder.pace);
  }
  const handle = await createFile(absolute, undefined, folder.pace);
  try {
    newFiles.mode = fstatSync(handle.fd).mode & 0o777;
    await setMode(handle, ownMode);
    return handle;
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
export async function complete(staged: Staged): Promise<LocalFile> {
  const handle = await staged.opened();
  await handle.sync();
  const local = toLocalFile(staged.file.path, fstatSync(handle.fd, { bigint: true }));
  // Windows renames no open files.
  await handle.close();
  return local;
}

/** Removes a staged file that was not committed. */
export async function discard(staged: Staged, journal: StagingJournal): Promise<void> {
  // It may not have been made, or be closed already.
  await staged.close().catch(() => undefined);
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
