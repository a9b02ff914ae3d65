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
 * Asks for copies that a listing did not show: not every store lists everything that it has. Returns
 * those that exist. A store that does not answer adds none. Throws `cancelled` alone.
 */
export async function unlistedCopies(
  paths: readonly FilePath[],
  { bucket, prefix, signal }: UnlistedRequest,
): Promise<ReadonlyMap<FilePath, CloudFile>> {
  const found = new Map<FilePath, CloudFile>();
  try {
    await inParallel(paths.toSorted().slice(0, maxHeads), maxConcurrentHeads, async path => {
      const head = await bucket.head({ key: toKey(prefix, path), signal });
      if (head === undefined) return;
      const { size, etag, modifiedAtMs, storageClass } = head;
      found.set(path, { path, size, etag, modifiedAtMs, storageClass });
    });
  } catch (error) {
    const failure = toFailure(error, bucket.name);
    if (failure.code === 'cancelled') throw failure;
  }
  return found;
}

/** Whoever has lost more than this has lost a folder or a bucket, and not a few entries of a list. */
const maxHeads = 100;
const maxConcurrentHeads = 8;
