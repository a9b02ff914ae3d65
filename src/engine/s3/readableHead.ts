import type { Condition, HeadRequest, ListedObject, ObjectHead } from '../ports/bucket';
import { Failure } from '../failures/failure';
import { endpointFaults } from '../failures/wrongEndpoint';
import { listObjects } from './listObjects';
import { headOnce } from './readObject';
import type { BucketContext } from './bucketContext';

/** What is stored under a key, or that these credentials may not see it. */
export type HeadOutcome =
  | { readonly kind: 'seen'; readonly head: ObjectHead | undefined }
  /** They may not read it, but a list tells of it. */
  | { readonly kind: 'listed'; readonly head: ObjectHead | undefined; readonly failure: Failure }
  | { readonly kind: 'denied'; readonly failure: Failure };

/**
 * Asks with HeadObject, in one attempt. Throws every failure but a missing right to read, which is an
 * outcome.
 */
export async function headIfReadable(
  context: BucketContext,
  request: HeadRequest,
): Promise<HeadOutcome> {
  try {
    return { kind: 'seen', head: await headOnce(context, request) };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'access-denied') throw error;
    // An answer to HEAD has no body, so that expired keys look like a missing right.
    const listing = await tryToList(context, request);
    if (listing instanceof Failure) {
      if (listing.code === 'access-denied') return { kind: 'denied', failure: error };
      throw listing;
    }
    const failure = new Failure('read-denied', request.key, error);
    if (listing?.fault !== undefined) return { kind: 'denied', failure };
    return { kind: 'listed', head: listing === undefined ? undefined : headOf(listing), failure };
  }
}

/** What a list says is all that is known. */
function headOf({ size, etag, modifiedAtMs, storageClass }: ListedObject): ObjectHead {
  return {
    size,
    etag,
    modifiedAtMs,
    storageClass,
    metadata: {},
    versionId: undefined,
    checksums: [],
    etagIsOpaque: false,
    expiresAt: undefined,
    archive: undefined,
  };
}

/** Throws if the bucket itself is missing, which HeadObject cannot tell from a missing object. */
export async function bucketMustExist(context: BucketContext, request: HeadRequest): Promise<void> {
  const listing = await tryToList(context, request);
  if (!(listing instanceof Failure)) return;
  if (listing.code === 'no-such-bucket' || endpointFaults.has(listing.code)) throw listing;
}

/**
 * Returns why nothing is written where another object stands. Some stores take one name for another,
 * such as a composed for a decomposed one: what stands there then is in no list under this name, and
 * no comparison will show it.
 */
export async function refusedBy(
  context: BucketContext,
  { key, signal, condition }: HeadRequest & { readonly condition: Condition },
  present: ObjectHead | undefined,
  cause?: unknown,
): Promise<Failure> {
  const changed = new Failure('changed-in-cloud', key, cause);
  if (condition.kind !== 'absent' || present === undefined) return changed;
  try {
    const first = await listObjects(context, { prefix: key, signal }).next();
    const page = first.done === true ? [] : first.value;
    // More that begin with it may come; with a full page nothing is known.
    const isHidden = page.length < 100 && !page.some(entry => entry.key === key);
    return isHidden ? new Failure('name-in-use', key, cause) : changed;
  } catch (error) {
    if (signal.aborted) throw error;
    return changed;
  }
}

/**
 * Returns what a list says of the key, which sorts before all others that begin with it, or why there
 * is no list: its answer has a body that names it. Throws when cancelled.
 */
async function tryToList(
  context: BucketContext,
  { key, signal }: HeadRequest,
): Promise<ListedObject | Failure | undefined> {
  try {
    const pages = listObjects(context, { prefix: key, pageSize: 2, signal });
    const first = await pages.next();
    if (first.done === true) return undefined;
    return first.value.find(entry => entry.key === key || entry.fault === 'not-decodable');
  } catch (error) {
    if (signal.aborted || !(error instanceof Failure)) throw error;
    return error;
  }
}
