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
    const { root, path, ownPath } = (await locateOwnFile(own)) ?? own;
    const outcome = await moveIfFree(toAbsolutePath(root, ownPath), toAbsolutePath(root, path));
    if (outcome === 'taken') keptAs = await keepBeside(root, ownPath, path, new Date());
  } catch (error) {
    // The journal holds it, so that the next start tries again.
    throw new Failure('not-put-back', own.path, new Error(own.ownPath, { cause: error }));
  }
  journal.end(own);
  if (keptAs !== undefined) throw new Failure('kept-beside', own.path, keptAs);
}
