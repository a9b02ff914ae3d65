import type { FilePath } from '../../protocol/folders';
import { toAbsolutePath } from '../disk/filePath';
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
export async function restoreDisplaced(file: StagedFile, journal: StagingJournal): Promise<void> {
  let keptAs: FilePath | undefined;
  try {
    keptAs = await restoreName((await locate(file)) ?? file, journal);
  } catch (error) {
    throw new Failure('not-put-back', file.path, new Error(file.stagedPath, { cause: error }));
  }
  journal.end(file);
  if (keptAs !== undefined) throw new Failure('kept-beside', file.path, keptAs);
}

/**
 * Renames a displaced file to its own name or, if another file has taken that, to a conflict name
 * beside it, which it returns.
 */
export async function restoreName(
  file: StagedFile,
  journal: PlaceholderJournal,
): Promise<FilePath | undefined> {
  const { root, path, stagedPath } = file;
  const staged = toAbsolutePath(root, stagedPath);
  const outcome = await renameNoReplace(staged, toAbsolutePath(root, path), journal);
  if (outcome === 'moved') return undefined;
  return renameToConflictName(file, { at: new Date(), word: 'kept' }, journal);
}

async function locate(file: StagedFile): Promise<StagedFile | undefined> {
  for await (const { now } of locateStagedFiles([file], neverAborted)) return now;
  return undefined;
}

/** Cancelling ends the step, but the user's file gets its name back all the same. */
const neverAborted = new AbortController().signal;
