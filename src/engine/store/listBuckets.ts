import type { BucketPage, BucketPageRequest } from '../../protocol/buckets';
import { attempts } from '../network/attempt';
import type { CheckConnectionParts } from './checkConnection';

/** Some of the buckets; where the store does not answer at once, the state tells so. */
export async function listBuckets(
  { connections, board }: CheckConnectionParts,
  { folder, settings, after }: BucketPageRequest,
  signal: AbortSignal,
): Promise<BucketPage> {
  const onAttempt = (attempt: number): void => {
    if (attempt > 1) board.connecting({ kind: 'connecting', folder, attempt, attempts });
  };
  try {
    return await connections.of(settings).account.buckets({ after, signal, onAttempt });
  } finally {
    board.connecting(undefined);
  }
}
