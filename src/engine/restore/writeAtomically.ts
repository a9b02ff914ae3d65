import { existsSync } from 'node:fs';
import { lstat, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FilePath } from '../../protocol/folders';
import type { ReplacedFile } from '../../protocol/reports';
import type { EditorPort } from '../ports/editorPort';
import { fromDiskError } from '../failures/diskErrors';
import { Failure } from '../failures/failure';
import { parentPath, toAbsolutePath } from '../disk/filePath';
import { renameNoReplace, renameToConflictName } from '../disk/rename';
import { toLocalFile, type LocalFile } from '../disk/localFile';
import { type StagedFile, newStagedFile } from '../disk/stagedFile';
import type { StagingJournal } from '../staging/stagingJournal';
import type { FolderLeases } from './folderLeases';
import { displaceExisting } from './displaceExisting';
import { requireSpace, syncFolder } from '../disk/writeFile';
import type { RestoreStep } from './restorePlan';

/** Who is told and asked when files are put into their places. */
export interface WriteDeps {
  readonly folders: FolderLeases;
  readonly journal: StagingJournal;
  readonly editor: EditorPort;
}

/** Writes all of a file; `usualMode` is the one of new files. */
export type Write = (handle: FileHandle, usualMode: number) => Promise<void>;

export interface Placed {
  /** The file as it is now; elsewhere than planned where both were to be kept. */
  readonly local: LocalFile;
  /** Whether nobody has changed it since its last byte was written. */
  readonly isUntouched: boolean;
  /** What became of the local file that was there. */
  readonly replaced: ReplacedFile | undefined;
}

/**
 * Puts a file into its place, all or nothing: `write` fills a file of our own beside it, which gets
 * its name only when everything is on the disk. What stands there by then is replaced only where it
 * is what the plan saw, and the plan says so; else the step ends with `changed-here`.
 */
export async function writeAtomically(
  step: RestoreStep,
  { folders, journal, editor }: WriteDeps,
  write: Write,
): Promise<Placed> {
  const { route, path, cloud } = step;
  const { root } = route;
  const above = folders.hold(root, path);
  const own = newStagedFile('temporary', root, path);
  const temporary = toAbsolutePath(root, own.stagedPath);
  try {
    await requireSpace(root, path, cloud.size);
    journal.begin(own);
    const written = await writeNew(temporary, path, write);
    above.check();
    const replaced = await displaceExisting(step, { editor, journal });
    const at = await giveName(step, own, replaced, journal);
    journal.end(own);
    await syncFolder(toAbsolutePath(root, parentPath(path)));
    const local = toLocalFile(at, await lstat(toAbsolutePath(root, at), { bigint: true }));
    return { local, isUntouched: isSameContent(written, local), replaced };
  } catch (error) {
    await rm(temporary, { force: true });
    // With its folder it has gone elsewhere; the next start finds it there.
    if (existsSync(dirname(temporary))) journal.end(own);
    throw fromDiskError(error, path);
  } finally {
    above.release();
  }
}

/** Gives the file's fields when all of it is on the disk. */
async function writeNew(absolute: string, path: FilePath, write: Write): Promise<LocalFile> {
  const handle = await open(absolute, 'wx');
  try {
    const { mode } = await handle.stat();
    // Nobody else reads it before it has a mode of its own.
    await handle.chmod(0o600);
    await write(handle, mode & 0o777);
    await handle.sync();
    return toLocalFile(path, await handle.stat({ bigint: true }));
  } finally {
    await handle.close();
  }
}

/** Gives the file its name, or one beside it, and never the name of a file that is there. */
async function giveName(
  { path, local, choice, cloud }: RestoreStep,
  own: StagedFile,
  replaced: ReplacedFile | undefined,
  journal: StagingJournal,
): Promise<FilePath> {
  if (local !== undefined && choice === 'keep-both') {
    return renameToConflictName(own, { at: new Date(cloud.modifiedAtMs), word: 'cloud' }, journal);
  }
  const from = toAbsolutePath(own.root, own.stagedPath);
  const outcome = await renameNoReplace(from, toAbsolutePath(own.root, path), journal);
  if (outcome === 'moved') return path;
  throw new Failure('changed-here', path, replaced?.kind === 'kept' ? replaced.path : undefined);
}

/** A new name changes nothing but the time of the last change. */
function isSameContent(one: LocalFile, other: LocalFile): boolean {
  return one.size === other.size && one.mtimeNs === other.mtimeNs && one.inode === other.inode;
}
