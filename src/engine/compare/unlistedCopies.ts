import type { FailureRecord } from '../../protocol/failures';
import type { FilePath } from '../../protocol/folders';
import type { Bucket } from '../ports/bucket';
import { cloudFileOf, type CloudFile } from '../scan/cloudListing';
import { toFailure } from '../failures/failure';
import { toKey } from '../disk/objectKey';
import { inParallel } from '../concurrency/parallel';

export interface UnlistedRequest {
  readonly bucket: Bucket;
  readonly prefix: string;
  readonly signal: AbortSignal;
  /** How many are asked for. */
  readonly maxHeads?: number;
}

/** What the store says of copies that its list did not show. */
export interface UnlistedCopies {
  /** Those that exist. */
  readonly found: ReadonlyMap<FilePath, CloudFile>;
  /** Those of which it said nothing, with the failure. */
  readonly unknown: ReadonlyMap<FilePath, FailureRecord>;
  /** Those that were not asked for, since there are too many. */
  readonly notAsked: ReadonlySet<FilePath>;
}

/**
 * Asks for copies that a listing did not show: not every store lists everything that it has. Of more
 * than a hundred the rest is not asked for, unless somebody wants to know. Where the store fails
 * several times in a row, it is asked no more, and nothing is known of all that it has not answered.
 * Throws `cancelled` alone.
 */
export async function unlistedCopies(
  paths: readonly FilePath[],
  { bucket, prefix, signal, maxHeads = maxUnasked }: UnlistedRequest,
): Promise<UnlistedCopies> {
  const inOrder = paths.toSorted();
  const found = new Map<FilePath, CloudFile>();
  const unknown = new Map<FilePath, FailureRecord>();
  const answered = new Set<FilePath>();
  let failuresInARow = 0;
  let outage: { readonly path: FilePath; readonly failure: FailureRecord } | undefined;

  await inParallel(inOrder.slice(0, maxHeads), maxConcurrentHeads, async path => {
    if (outage !== undefined) return;
    try {
      const head = await bucket.head({ key: toKey(prefix, path), signal });
      failuresInARow = 0;
      answered.add(path);
      if (head === undefined) return;
      found.set(path, cloudFileOf(path, head));
    } catch (error) {
      const failure = toFailure(error, path);
      if (failure.code === 'cancelled') throw failure;
      unknown.set(path, failure.toRecord());
      if (++failuresInARow === maxFailuresInARow) outage = { path, failure: failure.toRecord() };
    }
  });
  if (outage === undefined) return { found, unknown, notAsked: new Set(inOrder.slice(maxHeads)) };
  const { failure } = outage;
  const isOfOneKey = failure.subject === toKey(prefix, outage.path);
  for (const path of paths) {
    if (answered.has(path) || unknown.has(path)) continue;
    unknown.set(path, isOfOneKey ? { ...failure, subject: toKey(prefix, path) } : failure);
  }
  return { found, unknown, notAsked: new Set() };
}

/** Whoever has lost more than this has lost a folder or a bucket, and not a few entries of a list. */
const maxUnasked = 100;
const maxConcurrentHeads = 8;
const maxFailuresInARow = 5;
