import { RestoreObjectCommand } from '@aws-sdk/client-s3';
import type { RestoreRequest } from '../ports/bucket';
import { Failure } from '../failures/failure';
import { headObject } from './readObject';
import type { BucketContext } from './bucketContext';
import { storeRequest } from './storeRequest';

/** Asks the store to make an archived object readable. */
export async function restoreArchived(
  context: BucketContext,
  request: RestoreRequest,
): Promise<void> {
  const { client, endpoint, name } = context;
  const { key, versionId, days, signal } = request;
  const head = await headObject(context, request);
  if (head === undefined) throw new Failure('no-such-key', key);
  if (head.archive?.kind !== 'archived') return;
  // That class takes no days: what comes back stays.
  const staysRestored = head.storageClass === 'INTELLIGENT_TIERING';
  await storeRequest({ endpoint, bucket: name, key }, signal, async () => {
    try {
      await client.send(
        new RestoreObjectCommand({
          Bucket: name,
          Key: key,
          VersionId: versionId,
          RestoreRequest: {
            ...(staysRestored ? {} : { Days: days }),
            GlacierJobParameters: { Tier: 'Standard' },
          },
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      // Somebody else has asked, or the answer to our own request was lost.
      if (error instanceof Error && error.name === 'RestoreAlreadyInProgress') return;
      throw error;
    }
  });
}
