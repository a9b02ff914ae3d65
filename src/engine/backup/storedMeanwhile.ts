import { toKey } from '../disk/objectKey';
import { toFailure } from '../failures/failure';
import type { ObjectHead } from '../ports/bucket';
import { isOfCopy, type Receipt } from '../records/receipts';
import { cloudFileOf, type CloudFile } from '../scan/cloudListing';
import type { BackUpStep } from './backUpStep';

/** A copy, and the receipt that was put when it was stored. */
export interface OwnCopy {
  readonly cloud: CloudFile;
  readonly receipt: Receipt;
}

/**
 * Returns the copy that stands there where this computer has stored it since the step was planned:
 * another window has, or another batch. It is no change of somebody else's. That of a freed file is
 * not returned: it is the original, and nothing replaces it unasked.
 */
export async function storedMeanwhile(
  step: BackUpStep,
  signal: AbortSignal,
): Promise<OwnCopy | undefined> {
  const receipt = otherReceipt(step);
  if (receipt === undefined) return undefined;
  const head = await headIfReadable(step, signal);
  if (head === undefined || !isOfCopy(receipt, head)) return undefined;
  return { receipt, cloud: cloudFileOf(step.path, head) };
}

/**
 * Returns what this computer has recorded of a path that is not about what the step has seen there;
 * it costs one look at the copy.
 */
export function otherReceipt({
  route,
  path,
  condition,
  goneSince,
}: BackUpStep): Receipt | undefined {
  const receipt = route.receipts.get(path);
  if (receipt === undefined || receipt.freedAt !== undefined) return undefined;
  const isKnown =
    condition.kind === 'absent' ? receipt.provedAt === goneSince : receipt.etag === condition.etag;
  return isKnown ? undefined : receipt;
}

/** Credentials that may only write have the condition decide, as always. */
async function headIfReadable(
  { route, path }: BackUpStep,
  signal: AbortSignal,
): Promise<ObjectHead | undefined> {
  try {
    return await route.bucket.head({ key: toKey(route.target.prefix, path), signal });
  } catch (error) {
    if (toFailure(error, path).code === 'access-denied') return undefined;
    throw error;
  }
}
