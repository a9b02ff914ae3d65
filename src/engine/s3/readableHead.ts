import type { HeadRequest, ObjectHead } from '../ports/bucket';
import { Failure } from '../failures/failure';
import { listObjects } from './listObjects';
import { headOnce } from './readObject';
import type { BucketContext } from './bucketContext';

/** What stands under a key, as far as these credentials may see. */
export type Look =
  | { readonly kind: 'seen'; readonly head: ObjectHead | undefined }
  | { readonly kind: 'denied'; readonly failure: Failure };

/** In one attempt. Throws what has nothing to do with the right to read. */
export async function headIfReadable(context: BucketContext, request: HeadRequest): Promise<Look> {
  try {
    return { kind: 'seen', head: await headOnce(context, request) };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'access-denied') throw error;
    // An answer to HEAD has no body: keys that have expired look like a right that is missing.
    const listing = await failureOfList(context, request);
    if (listing === undefined) {
      return { kind: 'denied', failure: new Failure('read-denied', request.key, error) };
    }
    if (listing.code === 'access-denied') return { kind: 'denied', failure: error };
    throw listing;
  }
}

/** HEAD cannot tell a missing object from a missing bucket: throws where it is the bucket. */
export async function bucketMustExist(context: BucketContext, request: HeadRequest): Promise<void> {
  const listing = await failureOfList(context, request);
  if (listing?.code === 'no-such-bucket' || listing?.code === 'not-s3') throw listing;
}

/** What a list fails with, whose answer has a body that says so; cancelling is thrown. */
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
