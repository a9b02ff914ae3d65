import { Failure } from './failure';
import { toAbsolutePath } from './filePath';
import { keepBeside } from './keepBeside';
import { locateOwnFile } from './locateOwnFile';
import { moveIfFree } from './moveIfFree';
import type { OwnFileJournal } from './ownFileJournal';
import type { OwnFile } from './ownFiles';

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
