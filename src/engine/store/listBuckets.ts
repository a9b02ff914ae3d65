import type { BucketPage, BucketPageRequest } from '../../protocol/buckets';
import { maxAttempts } from '../network/attempt';
import type { CheckConnectionDeps } from './checkConnection';

/** Some of the buckets; where the store does not answer at once, the state tells so. */
export async function listBuckets(
  { connections, publisher }: CheckConnectionDeps,
  { folder, settings, after }: BucketPageRequest,
  signal: AbortSignal,
): Promise<BucketPage> {
  const onAttempt = (attempt: number): void => {
    if (attempt > 1)
      publisher.connecting({ kind: 'connecting', folder, attempt, attempts: maxAttempts });
  };
  try {
    return await connections.of(settings).account.buckets({ after, signal, onAttempt });
  } finally {
    publisher.connecting(undefined);
  }
}
