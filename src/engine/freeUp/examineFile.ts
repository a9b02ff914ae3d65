import { createHash } from 'node:crypto';
import { Failure, throwIfCancelled } from '../failure';
import { toAbsolutePath, toKey } from '../filePath';
import { isSameState, type LocalFile } from '../localScan';
import { lookWhenQuiet } from '../lookWhenQuiet';
import { noteUnshownChange } from '../noteUnshownChange';
import type { OpenFile } from '../openFile';
import { readAll } from '../readAll';
import type { Receipt } from '../receipts';
import { checkCopy } from './checkCopy';
import type { FreeStep, FreeTools } from './freeStep';

/**
 * Gives the fields of an open file whose bytes, every one of them, are in the cloud at this moment.
 * Throws where they are not, or where the file has changed by the end of the examination.
 */
export async function examineFile(
  file: OpenFile,
  step: FreeStep,
  receipt: Receipt,
  tools: FreeTools,
): Promise<LocalFile> {
  const { path, copy, route } = step;
  const { signal } = tools;
  const { nlink } = await file.handle.stat();
  // The bytes would stay on the disk under the other name.
  if (nlink > 1) throw new Failure('hard-link', path);
  const local = await lookWhenQuiet(file, signal);
  const sha256 = await digest(file, local, tools);
  noteUnshownChange(route.receipts, receipt, { local, sha256 });
  if (local.size !== receipt.local.size || sha256 !== receipt.sha256) {
    throw new Failure('differs-here', path);
  }
  const key = toKey(route.target.prefix, path);
  const head = await route.bucket.head({ key, signal });
  checkCopy(head, receipt, copy, Date.now() + route.bucket.clockOffset);
  await refuseUnsaved(step, tools);
  if (!isSameState(local, await file.look())) throw new Failure('differs-here', path);
  throwIfCancelled(signal, path);
  return local;
}

/** Throws where an editor holds changes of the file that are nowhere else. */
export async function refuseUnsaved(
  { path, route }: FreeStep,
  { editor }: FreeTools,
): Promise<void> {
  if (await editor.isUnsaved(toAbsolutePath(route.root, path))) throw new Failure('unsaved', path);
}

async function digest(
  file: OpenFile,
  local: LocalFile,
  { reading, signal, onBytes }: FreeTools,
): Promise<string> {
  const giveBack = await reading.take(0, signal);
  try {
    const hash = createHash('sha256');
    await readAll(file, local, signal, bytes => {
      hash.update(bytes);
      onBytes(bytes.length);
    });
    return hash.digest('hex');
  } finally {
    giveBack();
  }
}
