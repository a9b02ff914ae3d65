import { Failure } from '../failures/failure';
import { toAbsolutePath } from '../disk/filePath';
import { renameNoReplace, renameToConflictName } from '../disk/rename';
import { locateStagedFile } from './locateStagedFile';
import type { StagingJournal } from './stagingJournal';
import type { StagedFile } from '../disk/stagedFile';

/**
 * Gives a file that was set aside its name back, or one beside it where the name is taken; in the
 * folder in which it is by now.
 */
export async function restoreDisplaced(own: StagedFile, journal: StagingJournal): Promise<void> {
  let keptAs;
  try {
    const now = (await locateStagedFile(own, uncancelled)) ?? own;
    const from = toAbsolutePath(now.root, now.stagedPath);
    const outcome = await renameNoReplace(from, toAbsolutePath(now.root, now.path), journal);
    if (outcome === 'taken') {
      keptAs = await renameToConflictName(now, { at: new Date(), word: 'kept' }, journal);
    }
  } catch (error) {
    // The journal holds it, so that the next start tries again.
    throw new Failure('not-put-back', own.path, new Error(own.stagedPath, { cause: error }));
  }
  journal.end(own);
  if (keptAs !== undefined) throw new Failure('kept-beside', own.path, keptAs);
}

/** What the user cancels is the work; his file gets its name back all the same. */
const uncancelled = new AbortController().signal;
