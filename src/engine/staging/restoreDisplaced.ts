import { Failure } from '../failures/failure';
import { toAbsolutePath } from '../disk/filePath';
import { keepBeside } from '../disk/renameToConflictName';
import { locateOwnFile } from './locateStagedFile';
import { moveIfFree } from '../disk/renameNoReplace';
import type { OwnFileJournal } from './stagingJournal';
import type { OwnFile } from '../disk/stagedFile';

/**
 * Gives a file that was set aside its name back, or one beside it where the name is taken; in the
 * folder in which it is by now.
 */
export async function putBack(own: OwnFile, journal: OwnFileJournal): Promise<void> {
  let keptAs;
  try {
    const now = (await locateOwnFile(own, uncancelled)) ?? own;
    const from = toAbsolutePath(now.root, now.ownPath);
    const outcome = await moveIfFree(from, toAbsolutePath(now.root, now.path), journal);
    if (outcome === 'taken') keptAs = await keepBeside(now, new Date(), journal);
  } catch (error) {
    // The journal holds it, so that the next start tries again.
    throw new Failure('not-put-back', own.path, new Error(own.ownPath, { cause: error }));
  }
  journal.end(own);
  if (keptAs !== undefined) throw new Failure('kept-beside', own.path, keptAs);
}

/** What the user cancels is the work; his file gets its name back all the same. */
const uncancelled = new AbortController().signal;
