import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { fromStoreError, MalformedAnswer } from '../failures/errorMapping';
import type { BucketPlace } from './s3Bucket';

/**
 * Asks a bucket for one key, in one attempt. Only the bucket and the credentials decide how that
 * ends, and no name or content of a file: where it is answered, the way to the store is open.
 */
export async function askHarmlessly(
  { client, endpoint, name }: BucketPlace,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { Name, IsTruncated } = await client.send(
      new ListObjectsV2Command({ Bucket: name, MaxKeys: 1, EncodingType: 'url' }),
      { abortSignal: signal },
    );
    // The log-in page of a network is a 200 too.
    if (Name === undefined && IsTruncated === undefined) {
      throw new MalformedAnswer('a list that is none');
    }
  } catch (error) {
    throw fromStoreError(error, { endpoint, bucket: name });
  }
}
