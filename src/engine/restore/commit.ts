import { lstatSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import type { FilePath } from '../../protocol/folders';
import type { ReplacedFile } from '../../protocol/reports';
import { fileName, toAbsolutePath } from '../disk/filePath';
import type { HeldFolder } from '../disk/heldFolder';
import { newStagedFile } from '../disk/stagedFile';
import { renameNoReplace, renameToConflictName } from '../disk/rename';
import { Failure } from '../failures/failure';
import { hasCode } from '../failures/systemCode';
import { toLocalFile, isSameState, type LocalFile } from '../disk/localFile';
import { restoreDisplaced } from '../staging/restoreDisplaced';
import type { StagingJournal } from '../staging/stagingJournal';
import type { RestoreStep, RestoreTools } from './restoreStep';
import type { FolderLease } from './folderLeases';
import type { Staged } from './stage';

export interface Committed {
  /** The file as it is now; at another path than planned where both were to be kept. */
  readonly local: LocalFile;
  /** What became of the local file that was there. */
  readonly replaced: ReplacedFile | undefined;
}

/**
 * Gives a staged file, closed and whole, its name. What has that name by then is replaced only where
 * it is what the plan saw, and the user has chosen so; else this throws `changed-here`.
 */
export async function commit(
  step: RestoreStep,
  { file, lease: { folder } }: Staged,
  { editor, journal }: RestoreTools,
): Promise<Committed> {
  const { local, choice, cloud } = step;
  folder.requireInPlace();
  const displaced = await displaceExisting(step, { file, folder }, { editor, journal });
  const at = new Date(cloud.modifiedAtMs);
  const committedAs =
    local !== undefined && choice === 'keep-both'
      ? await renameToConflictName(folder, file, { at, word: 'cloud' }, journal)
      : await takeName(step, { file, folder, displaced }, journal);
  journal.end(file);
  const stat = lstatSync(folder.at(fileName(committedAs)), { bigint: true });
  return { local: toLocalFile(committedAs, stat), replaced: displaced };
}

type Place = Pick<Staged, 'file'> & Pick<FolderLease, 'folder'>;

/** Renames the staged file to the step's path, and never replaces a file that is there. */
async function takeName(
  { path }: RestoreStep,
  { file, folder, displaced }: Place & { readonly displaced: ReplacedFile | undefined },
  journal: StagingJournal,
): Promise<FilePath> {
  const [from, to] = [fileName(file.stagedPath), fileName(path)];
  const renaming = { from, to, isNeeded: displaced !== undefined };
  if ((await renameNoReplace(folder, renaming, journal)) === 'moved') return path;
  throw new Failure('changed-here', path, displaced?.kind === 'kept' ? displaced.path : undefined);
}

/**
 * Moves away the local file that the plan replaces: to the trash, or else to a conflict name beside
 * it. Throws `changed-here`, with everything left as it is, where it is not what the plan saw.
 */
async function displaceExisting(
  { route: { root }, path, local, choice }: RestoreStep,
  { file, folder }: Place,
  { editor, journal }: Pick<RestoreTools, 'editor' | 'journal'>,
): Promise<ReplacedFile | undefined> {
  if (local !== undefined && choice === 'keep-both') return undefined;
  // What is to replace it must not be lost by a power cut that comes when it has made way.
  if (local !== undefined) await folder.sync();
  const absolute = toAbsolutePath(root, path);
  if (await editor.isUnsaved(absolute)) throw new Failure('changed-here', path);
  // What is there by now keeps its name.
  if (local === undefined) return undefined;
  const asked = { bigint: true, throwIfNoEntry: false } as const;
  const now = lstatSync(folder.at(fileName(path)), asked);
  if (now?.isFile() !== true || !isSameState(local, toLocalFile(path, now))) {
    throw new Failure('changed-here', path);
  }
  journal.markComplete(file);
  // The editor knows files by their paths alone.
  folder.requireInPlace();
  if ((await editor.moveToTrash(absolute)) === 'trashed') return { kind: 'trashed' };
  return { kind: 'kept', path: await displaceUnderConflictName({ root, local, folder }, journal) };
}

/**
 * Renames to a name of our own first: were the file linked to its conflict name and its own name
 * removed then, a user who saves by replacing it could lose what has just been saved.
 */
async function displaceUnderConflictName(
  {
    root,
    local: { path, ...local },
    folder,
  }: { readonly root: string; readonly local: LocalFile; readonly folder: HeldFolder },
  journal: StagingJournal,
): Promise<FilePath> {
  const file = newStagedFile('displaced', root, path);
  const name = fileName(file.stagedPath);
  journal.begin(file);
  try {
    await rename(folder.at(fileName(path)), folder.at(name));
    // Between the check and now another file may have taken the name.
    const { size, mtimeNs, ino } = lstatSync(folder.at(name), { bigint: true });
    if (Number(size) !== local.size || mtimeNs !== local.mtimeNs || ino !== local.inode) {
      throw new Failure('changed-here', path);
    }
    const at = new Date();
    const keptAs = await renameToConflictName(folder, file, { at, word: 'kept' }, journal);
    journal.end(file);
    return keptAs;
  } catch (error) {
    if (folder.find(name) === 'absent') journal.end(file);
    else await restoreDisplaced(file, folder, journal);
    // Somebody else removed it just now, or another window restores it, too.
    throw hasCode(error, 'ENOENT') ? new Failure('changed-here', path) : error;
  }
}
