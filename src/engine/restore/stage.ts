import { existsSync, lstatSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setMode, storedAllocation } from '../disk/fileMetadata';
import { freeBytes } from '../disk/writeFile';
import { toAbsolutePath } from '../disk/filePath';
import { toKey } from '../disk/objectKey';
import { Failure } from '../failures/failure';
import { newStagedFile, type StagedFile } from '../disk/stagedFile';
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
  readonly folders: FolderLease;
}

/**
 * Makes a temporary file beside a step's path, and the folders above it, with room for all of it.
 * Whoever gets it calls `discard` or commits it, and then releases the folders.
 */
export async function stage(
  step: RestoreStep,
  { folders, journal }: RestoreTools,
  signal: AbortSignal,
): Promise<Staged> {
  const { path } = step;
  const { root } = step.route;
  const lease = folders.acquire(root, path);
  const file = newStagedFile('temporary', root, path);
  try {
    // Before anything is fetched, the disk says whether it can have such a name at all.
    lstatSync(toAbsolutePath(root, path), { throwIfNoEntry: false });
    await requireRoom(step, dirname(temporaryPath(file)), signal);
    journal.begin(file);
    const handle = await open(temporaryPath(file), 'wx');
    try {
      const { mode } = await handle.stat();
      // Nobody else reads it before it has a mode of its own, if the disk knows modes.
      await setMode(handle, 0o600);
      return { file, handle, newFileMode: mode & 0o777, folders: lease };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    await remove(file, journal);
    lease.release();
    throw fromDiskError(error, path);
  }
}

/** Throws `disk-full` where a file cannot fit, before anything is fetched. */
async function requireRoom(
  { route: { bucket, target }, path, from = path, versionId, cloud: { size } }: RestoreStep,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const free = await freeBytes(folder);
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
  const local = toLocalFile(file.path, await handle.stat({ bigint: true }));
  // Windows renames no open files.
  await handle.close();
  return local;
}

/** Removes a staged file that was not committed. */
export async function discard({ file, handle }: Staged, journal: StagingJournal): Promise<void> {
  // It may be closed already.
  await handle.close().catch(() => undefined);
  await remove(file, journal);
}

async function remove(file: StagedFile, journal: StagingJournal): Promise<void> {
  const temporary = temporaryPath(file);
  await rm(temporary, { force: true });
  // With its folder it has gone elsewhere; the next start finds it there.
  if (existsSync(dirname(temporary))) journal.end(file);
}

function temporaryPath({ root, stagedPath }: StagedFile): string {
  return toAbsolutePath(root, stagedPath);
}
