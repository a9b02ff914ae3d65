import type { HeadRequest, ObjectHead } from '../ports/bucket';
import { Failure } from '../failures/failure';
import { endpointFaults } from '../failures/wrongEndpoint';
import { listObjects } from './listObjects';
import { headOnce } from './readObject';
import type { BucketContext } from './bucketContext';

/** What is stored under a key, or that these credentials may not see it. */
export type HeadOutcome =
  | { readonly kind: 'seen'; readonly head: ObjectHead | undefined }
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
    const listing = await failureOfList(context, request);
    if (listing === undefined) {
      return { kind: 'denied', failure: new Failure('read-denied', request.key, error) };
    }
    if (listing.code === 'access-denied') return { kind: 'denied', failure: error };
    throw listing;
  }
}

/** Throws if the bucket itself is missing, which HeadObject cannot tell from a missing object. */
export async function bucketMustExist(context: BucketContext, request: HeadRequest): Promise<void> {
  const listing = await failureOfList(context, request);
  if (listing === undefined) return;
  if (listing.code === 'no-such-bucket' || endpointFaults.has(listing.code)) throw listing;
}

/** Returns the failure of a list, whose answer has a body that names it. Throws when cancelled. */
async function failureOfList(
  context: BucketContext,
  { key, signal }: HeadRequest,
): Promise<Failure | undefined> {
  try {
    await listObjects(context, { prefix: key, pageSize: 1, signal }).next();
    return undefined;
  } catch (error) {
    if (signal.aborted || !(error instanceof Failure)) throw error;
    return error;
  }
}
