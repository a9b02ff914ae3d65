import { rename } from 'node:fs/promises';
import type { FailureCode } from '../../protocol/failures';
import type { FilePath } from '../../protocol/folders';
import type { FreeUpMethod } from '../../protocol/freeUp';
import { fileName } from '../disk/filePath';
import { HeldFolder } from '../disk/heldFolder';
import { newStagedFile } from '../disk/stagedFile';
import { withOpenFile } from '../disk/openFile';
import { fromDiskError } from '../failures/diskErrors';
import { Failure } from '../failures/failure';
import type { Receipt } from '../records/receipts';
import { restoreDisplaced } from '../staging/restoreDisplaced';
import type { StagingJournal } from '../staging/stagingJournal';
import { examineFile, refuseUnsaved } from './examineFile';
import type { FreeUpResult, FreeUpStep, FreeUpTools } from './freeUpStep';
import { removeExamined, trashExamined, type Displaced } from './removeExamined';

/**
 * Frees a local file whose bytes are in the cloud, proved anew on both sides. Throws, with the file
 * where it was, whenever anything speaks against it.
 */
export async function freeFile(
  step: FreeUpStep,
  method: FreeUpMethod,
  tools: FreeUpTools,
): Promise<FreeUpResult> {
  const { path, copy, route } = step;
  const receipt = route.receipts.get(path);
  // Nothing but a receipt says what the local bytes should be.
  if (receipt?.etag !== copy.etag) throw new Failure('not-proved', path);
  await refuseUnsaved(step, tools);
  // Noted first: not even a kill may make the copy pass for one that can be replaced.
  route.receipts.noteFreed(path, Date.now());
  try {
    return await (method === 'delete'
      ? deleteLocal(step, receipt, tools)
      : trashLocal(step, receipt, tools));
  } catch (error) {
    const isHere = !(error instanceof Failure) || !elsewhere.has(error.code);
    if (isHere) route.receipts.noteFreed(path, undefined);
    throw error;
  }
}

/** With these the file does not have its name any more. */
const elsewhere = new Set<FailureCode>(['kept-beside', 'not-put-back', 'only-open']);

/**
 * Moves a local file to the trash after it was examined, under its own name, so that it can be put
 * back from there. Whatever changes in the very last moment is in the trash, too.
 */
async function trashLocal(
  step: FreeUpStep,
  receipt: Receipt,
  tools: FreeUpTools,
): Promise<FreeUpResult> {
  const { path, copy, route } = step;
  // Closed before the file is moved: Windows moves no open files.
  const safe = await withOpenFile(route.root, path, file =>
    examineFile(file, step, receipt, tools),
  );
  await trashExamined(route.root, safe, tools.editor);
  return { local: safe.local, copy };
}

/**
 * Removes a local file for good, after it was displaced and examined under a name that nobody else
 * knows: what is removed is what was examined. Where anything speaks against it, the file gets its
 * name back; if this process is killed, at the next start.
 */
async function deleteLocal(
  step: FreeUpStep,
  receipt: Receipt,
  tools: FreeUpTools,
): Promise<FreeUpResult> {
  const { path, route } = step;
  const folder = holdFolder(route.root, path);
  try {
    const file = newStagedFile('displaced', route.root, path);
    await displace({ file, folder }, tools.journal);
    return await removeDisplaced({ file, folder }, step, receipt, tools);
  } finally {
    folder.close();
  }
}

function holdFolder(root: string, path: FilePath): HeldFolder {
  try {
    return new HeldFolder(root, path);
  } catch (error) {
    throw notRemovable(error, path);
  }
}

async function displace({ file, folder }: Displaced, journal: StagingJournal): Promise<void> {
  const { path, stagedPath } = file;
  const name = fileName(stagedPath);
  journal.begin(file);
  try {
    await rename(folder.at(fileName(path)), folder.at(name));
  } catch (error) {
    // A disk of the network may have done what it says has failed.
    if (folder.find(name) === 'absent') journal.end(file);
    else await restoreDisplaced(file, folder, journal);
    throw notRemovable(error, path);
  }
}

async function removeDisplaced(
  displaced: Displaced,
  step: FreeUpStep,
  receipt: Receipt,
  tools: FreeUpTools,
): Promise<FreeUpResult> {
  const { path, copy, route } = step;
  const { file: staged, folder } = displaced;
  try {
    return await withOpenFile(route.root, staged.stagedPath, async file => {
      const safe = await examineFile(file, step, receipt, tools);
      await removeExamined(file, safe, displaced, tools.journal).catch((error: unknown) => {
        throw notRemovable(error, path);
      });
      // Before the note goes, or a power cut could leave the file under its other name for ever.
      await folder.sync();
      tools.journal.end(staged);
      return { local: { ...safe.local, path }, copy };
    });
  } catch (error) {
    const failure = fromDiskError(error, path);
    if (failure.code === 'only-open') {
      // There is nothing that could have its name back.
      tools.journal.end(staged);
      throw failure;
    }
    await restoreDisplaced(staged, folder, tools.journal);
    // Nobody knows the file by the name that it had here.
    throw failure.subject === staged.stagedPath
      ? new Failure(failure.code, path, failure.cause)
      : failure;
  }
}

/** Names what forbids it: reading the file is another matter, here it is its folder. */
function notRemovable(error: unknown, path: FilePath): Failure {
  const failure = fromDiskError(error, path);
  switch (failure.code) {
    case 'not-readable':
      return new Failure('not-removable', path, error);
    case 'in-the-way':
      // It lies behind a link, and so was never backed up.
      return new Failure('not-a-file', path, failure);
    default:
      return failure;
  }
}
