import type { Bucket } from '../ports/bucket';
import { Failure } from '../failures/failure';
import { isSameState } from '../disk/localFile';
import { withOpenFile } from '../disk/openFile';
import type { ReceiptOwner } from '../records/receipts';
import type { Unfinished } from '../records/unfinished';
import type { OwnedUpload } from '../records/uploadStore';
import { giveUpUpload } from './giveUpUpload';

export interface StaleUploadsRequest {
  readonly unfinished: Unfinished;
  /** The folder that is at hand, and where it is backed up now. */
  readonly owner: ReceiptOwner;
  readonly root: string;
  /** A bucket of the store in which the folder is backed up. */
  readonly bucketNamed: (name: string) => Bucket;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/**
 * Frees the parts of uploads in this store that nobody will go on with: those that are old, and of
 * this folder those whose file is another by now, or whose target is. Only uploads that we have
 * begun ourselves are ever looked at.
 */
export async function abortStale(request: StaleUploadsRequest): Promise<void> {
  const { unfinished, owner, bucketNamed, signal } = request;
  for (const found of unfinished.uploadsAt(owner.endpoint)) {
    if (signal.aborted) return;
    if (!(await isStale(found, request))) continue;
    const { bucket } = found.owner;
    await giveUpUpload(bucketNamed(bucket), found.stored, unfinished.of(found.owner).uploads);
  }
}

const longestKept = 7 * 24 * 3_600_000;
/** Another window may be at work with what has been used since. */
const inUse = 3_600_000;

async function isStale(
  { owner, stored }: OwnedUpload,
  { owner: here, root, now }: StaleUploadsRequest,
): Promise<boolean> {
  const age = now - stored.usedAt;
  if (age > longestKept) return true;
  if (owner.folderId !== here.folderId || age < inUse) return false;
  if (stored.intent === 'abort' || owner.bucket !== here.bucket || owner.prefix !== here.prefix) {
    return true;
  }
  try {
    const { local } = stored;
    return await withOpenFile(root, local.path, async file => {
      return !isSameState(await file.stat(), local);
    });
  } catch (error) {
    return error instanceof Failure && goneCodes.has(error.code);
  }
}

const goneCodes = new Set(['file-vanished', 'not-a-file']);
