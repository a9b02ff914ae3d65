import { lstatSync } from 'node:fs';
import { Failure } from '../failure';
import { toAbsolutePath } from '../filePath';
import { isSameState, toLocalFile } from '../localScan';
import { withOpenFile } from '../openFile';
import type { Receipt } from '../receipts';
import { examineFile } from './examineFile';
import type { Freed, FreeStep, FreeTools } from './freeStep';

/**
 * Moves a local file to the trash after it was examined, under its own name, so that it can be put
 * back from there. Whatever changes in the very last moment is in the trash, too.
 */
export async function trashLocal(
  step: FreeStep,
  receipt: Receipt,
  tools: FreeTools,
): Promise<Freed> {
  const { path, copy, route } = step;
  const absolute = toAbsolutePath(route.root, path);
  // Closed before the file is moved: Windows moves no open files.
  const local = await withOpenFile(route.root, path, file =>
    examineFile(file, step, receipt, tools),
  );
  const now = lstatSync(absolute, { bigint: true, throwIfNoEntry: false });
  if (now === undefined) throw new Failure('file-vanished', path);
  if (!isSameState(local, toLocalFile(path, now))) throw new Failure('differs-here', path);
  if ((await tools.editor.moveToTrash(absolute)) === 'no-trash') {
    throw new Failure('not-trashed', path);
  }
  return { local, copy };
}
