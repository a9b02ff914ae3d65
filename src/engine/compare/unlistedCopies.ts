import type { FilePath } from '../../protocol/folders';
import type { Bucket } from '../ports/bucket';
import type { CloudFile } from '../scan/cloudListing';
import { toFailure } from '../failures/failure';
import { toKey } from '../disk/objectKey';
import { inParallel } from '../concurrency/parallel';

export interface UnlistedRequest {
  readonly bucket: Bucket;
  readonly prefix: string;
  readonly signal: AbortSignal;
}

/**
 * The copies, among so many of these paths, that the store has though its list did not show them.
 * One that does not answer adds nothing to its list. Throws where it is cancelled.
 */
export async function unlistedCopies(
  paths: readonly FilePath[],
  { bucket, prefix, signal }: UnlistedRequest,
): Promise<ReadonlyMap<FilePath, CloudFile>> {
  const found = new Map<FilePath, CloudFile>();
  try {
    await inParallel(paths.toSorted().slice(0, mostAsked), askedAtOnce, async path => {
      const head = await bucket.head({ key: toKey(prefix, path), signal });
      if (head === undefined) return;
      const { size, etag, modifiedAtMs: modifiedAt, storageClass } = head;
      found.set(path, { path, size, etag, modifiedAtMs: modifiedAt, storageClass });
    });
  } catch (error) {
    const failure = toFailure(error, bucket.name);
    if (failure.code === 'cancelled') throw failure;
  }
  return found;
}

/** Who has lost more has lost a folder, or a bucket. */
const mostAsked = 100;
const askedAtOnce = 8;
