import type { FreeWay } from '../../protocol';
import { Failure } from '../failure';
import { deleteLocal } from './deleteLocal';
import { refuseUnsaved } from './examineFile';
import type { Freed, FreeStep, FreeTools } from './freeStep';
import { trashLocal } from './trashLocal';

/**
 * Lets a local file go whose bytes are in the cloud, proved anew on both sides. Throws, with the
 * file where it was, whenever anything speaks against it.
 */
export async function freeFile(step: FreeStep, way: FreeWay, tools: FreeTools): Promise<Freed> {
  const { path, copy, route } = step;
  const receipt = route.receipts.get(path);
  // Nothing but a receipt says what the local bytes should be.
  if (receipt?.etag !== copy.etag) throw new Failure('not-proved', path);
  await refuseUnsaved(step, tools);
  return way === 'delete' ? deleteLocal(step, receipt, tools) : trashLocal(step, receipt, tools);
}
