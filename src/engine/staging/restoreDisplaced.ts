import type { FilePath } from '../../protocol/folders';
import { fileName } from '../disk/filePath';
import { HeldFolder } from '../disk/heldFolder';
import { renameNoReplace, renameToConflictName, type PlaceholderJournal } from '../disk/rename';
import type { StagedFile } from '../disk/stagedFile';
import { Failure } from '../failures/failure';
import { locateStagedFiles } from './locateStagedFiles';
import type { StagingJournal } from './stagingJournal';

/**
 * Gives a displaced file its name back, in the folder where it is now. Throws `kept-beside` with its
 * new path if another file has taken the name, and `not-put-back` if the file cannot be renamed; the
 * journal keeps that one, so that the next start tries again.
 */
export async function restoreDisplaced(
  file: StagedFile,
  folder: HeldFolder,
  journal: StagingJournal,
): Promise<void> {
  let keptAs: FilePath | undefined;
  try {
    keptAs =
      folder.find(fileName(file.stagedPath)) === 'there'
        ? await restoreName(file, folder, journal)
        : await restoreElsewhere((await locate(file)) ?? file, journal);
  } catch (error) {
    throw new Failure('not-put-back', file.path, new Error(file.stagedPath, { cause: error }));
  }
  journal.end(file);
  if (keptAs !== undefined) throw new Failure('kept-beside', file.path, keptAs);
}

async function restoreElsewhere(
  file: StagedFile,
  journal: StagingJournal,
): Promise<FilePath | undefined> {
  const folder = new HeldFolder(file.root, file.stagedPath);
  try {
    return await restoreName(file, folder, journal);
  } finally {
    folder.close();
  }
}

/**
 * Renames a displaced file to its own name or, if another file has taken that, to a conflict name
 * beside it, which it returns.
 */
export async function restoreName(
  file: StagedFile,
  folder: HeldFolder,
  journal: PlaceholderJournal,
): Promise<FilePath | undefined> {
  const { path, stagedPath } = file;
  const renaming = { from: fileName(stagedPath), to: fileName(path), isNeeded: true };
  if ((await renameNoReplace(folder, renaming, journal)) === 'moved') return undefined;
  return renameToConflictName(folder, file, { at: new Date(), word: 'kept' }, journal);
}

async function locate(file: StagedFile): Promise<StagedFile | undefined> {
  for await (const { now } of locateStagedFiles([file], neverAborted)) return now;
  return undefined;
}

/** Cancelling ends the step, but the user's file gets its name back all the same. */
const neverAborted = new AbortController().signal;
