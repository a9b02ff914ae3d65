import { lstatSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import type { FilePath } from '../../protocol/folders';
import { fromDiskError } from '../failures/diskErrors';
import { Failure } from '../failures/failure';
import { toAbsolutePath } from '../disk/filePath';
import { newStagedFile } from '../disk/stagedFile';
import { withOpenFile } from '../disk/openFile';
import { restoreDisplaced } from '../staging/restoreDisplaced';
import type { Receipt } from '../records/receipts';
import { examineFile } from './examineFile';
import type { FreeUpResult, FreeUpStep, FreeUpTools } from './freeStep';
import { removeExamined } from './removeExamined';

/**
 * Removes a local file for good, after it was set aside and examined under a name that nobody else
 * knows: what is removed is what was examined. Where anything speaks against it, the file gets its
 * name back, and if this process is killed, at the next start.
 */
export async function deleteLocal(
  step: FreeUpStep,
  receipt: Receipt,
  tools: FreeUpTools,
): Promise<FreeUpResult> {
  const { path, copy, route } = step;
  const own = newStagedFile('displaced', route.root, path);
  const aside = toAbsolutePath(route.root, own.stagedPath);
  tools.journal.begin(own);
  try {
    await rename(toAbsolutePath(route.root, path), aside);
  } catch (error) {
    // A disk of the network may have done what it says has failed.
    if (lstatSync(aside, { throwIfNoEntry: false }) === undefined) tools.journal.end(own);
    else await restoreDisplaced(own, tools.journal);
    throw notRemovable(error, path);
  }
  try {
    return await withOpenFile(route.root, own.stagedPath, async file => {
      const safe = await examineFile(file, step, receipt, tools);
      await removeExamined(file, safe, own, tools.journal).catch((error: unknown) => {
        throw notRemovable(error, path);
      });
      tools.journal.end(own);
      return { local: { ...safe.local, path }, copy };
    });
  } catch (error) {
    const failure = fromDiskError(error, path);
    if (failure.code === 'only-open') {
      // There is nothing that could have its name back.
      tools.journal.end(own);
      throw failure;
    }
    await restoreDisplaced(own, tools.journal);
    // Nobody knows the file by the name that it had here.
    throw failure.subject === own.stagedPath
      ? new Failure(failure.code, path, failure.cause)
      : failure;
  }
}

/** The file may be read, as has been done or will be tried; here it is the folder that forbids. */
function notRemovable(error: unknown, path: FilePath): Failure {
  const failure = fromDiskError(error, path);
  return failure.code === 'not-readable' ? new Failure('not-removable', path, error) : failure;
}
