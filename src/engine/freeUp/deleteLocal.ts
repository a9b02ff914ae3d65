import { rename, unlink } from 'node:fs/promises';
import { fromDiskError } from '../errorMapping';
import { Failure } from '../failure';
import { toAbsolutePath } from '../filePath';
import { keepBeside } from '../keepBeside';
import { moveIfFree } from '../moveIfFree';
import { newOwnFile } from '../newOwnFile';
import { withOpenFile } from '../openFile';
import type { OwnFile } from '../ownFiles';
import type { Receipt } from '../receipts';
import { examineFile } from './examineFile';
import type { Freed, FreeStep, FreeTools } from './freeStep';

/**
 * Removes a local file for good, after it was set aside and examined under a name that nobody else
 * knows: what is removed is what was examined. Where anything speaks against it, the file gets its
 * name back, and if this process is killed, at the next start.
 */
export async function deleteLocal(
  step: FreeStep,
  receipt: Receipt,
  tools: FreeTools,
): Promise<Freed> {
  const { path, copy, route } = step;
  const own = newOwnFile('aside', route.root, path);
  const aside = toAbsolutePath(route.root, own.ownPath);
  tools.journal.begin(own);
  try {
    await rename(toAbsolutePath(route.root, path), aside);
  } catch (error) {
    tools.journal.end(own);
    throw fromDiskError(error, path);
  }
  try {
    return await withOpenFile(route.root, own.ownPath, async file => {
      const local = await examineFile(file, step, receipt, tools);
      await unlink(aside);
      tools.journal.end(own);
      return { local: { ...local, path }, copy };
    });
  } catch (error) {
    await putBack(own, tools);
    const failure = fromDiskError(error, path);
    // Nobody knows the file by the name that it had here.
    throw failure.subject === own.ownPath
      ? new Failure(failure.code, path, failure.cause)
      : failure;
  }
}

/** Gives a file that was set aside its name back, or one beside it where the name is taken. */
async function putBack(own: OwnFile, { journal }: FreeTools): Promise<void> {
  const { root, path, ownPath } = own;
  let keptAs;
  try {
    const outcome = await moveIfFree(toAbsolutePath(root, ownPath), toAbsolutePath(root, path));
    if (outcome === 'taken') keptAs = await keepBeside(root, ownPath, path, new Date());
  } catch (error) {
    // The journal holds it, so that the next start tries again.
    throw new Failure('not-put-back', path, new Error(ownPath, { cause: error }));
  }
  journal.end(own);
  if (keptAs !== undefined) throw new Failure('kept-beside', path, keptAs);
}
