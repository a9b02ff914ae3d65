import type { FailureCode } from '../../protocol/failures';
import type { FreeUpMethod } from '../../protocol/freeUp';
import { Failure } from '../failures/failure';
import { deleteLocal } from './deleteLocal';
import { refuseUnsaved } from './examineFile';
import type { FreeUpResult, FreeUpStep, FreeUpTools } from './freeStep';
import { trashLocal } from './trashLocal';

/**
 * Lets a local file go whose bytes are in the cloud, proved anew on both sides. Throws, with the
 * file where it was, whenever anything speaks against it.
 */
export async function freeFile(
  step: FreeUpStep,
  way: FreeUpMethod,
  tools: FreeUpTools,
): Promise<FreeUpResult> {
  const { path, copy, route } = step;
  const receipt = route.receipts.get(path);
  // Nothing but a receipt says what the local bytes should be.
  if (receipt?.etag !== copy.etag) throw new Failure('not-proved', path);
  await refuseUnsaved(step, tools);
  // Before it goes: not even a kill may make the copy pass for one that can be replaced.
  route.receipts.noteFreed(path, Date.now());
  try {
    return await (way === 'delete'
      ? deleteLocal(step, receipt, tools)
      : trashLocal(step, receipt, tools));
  } catch (error) {
    const isHere = !(error instanceof Failure) || !elsewhere.has(error.code);
    if (isHere) route.receipts.noteFreed(path, undefined);
    throw error;
  }
}

/** With these the file does not stand under its name any more. */
const elsewhere = new Set<FailureCode>(['kept-beside', 'not-put-back', 'only-open']);
