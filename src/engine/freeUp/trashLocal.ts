import { withOpenFile } from '../disk/openFile';
import type { Receipt } from '../records/receipts';
import { examineFile } from './examineFile';
import type { FreeUpResult, FreeUpStep, FreeUpTools } from './freeStep';
import { trashExamined } from './trashExamined';

/**
 * Moves a local file to the trash after it was examined, under its own name, so that it can be put
 * back from there. Whatever changes in the very last moment is in the trash, too.
 */
export async function trashLocal(
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
