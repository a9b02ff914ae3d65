import { fromStoreError } from '../failures/storeErrors';
import { askForPage } from './listObjects';
import type { BucketPlace } from './bucketContext';

/**
 * Asks a bucket for one key, in one attempt. Only the bucket and the credentials decide how that
 * ends, and no name or content of a file: where it is answered, the way to the store is open.
 */
export async function askHarmlessly(place: BucketPlace, signal: AbortSignal): Promise<void> {
  try {
    await askForPage(place, { pageSize: 1 }, signal);
  } catch (error) {
    throw fromStoreError(error, { endpoint: place.endpoint, bucket: place.name });
  }
}
