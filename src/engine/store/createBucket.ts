import type { CreatedBucket, NewBucket, OpenOption } from '../../protocol/buckets';
import type { Account } from '../ports/account';
import { bucketNameFault } from './bucketName';
import { Failure, throwIfCancelled, toFailure } from '../failures/failure';

/**
 * Makes a bucket and sets it up. What the store does not know, refuses to set or does not show
 * afterwards is part of the result: the bucket is there all the same.
 */
export async function createBucket(
  account: Account,
  { bucket, region, options }: Omit<NewBucket, 'settings'>,
  signal: AbortSignal,
): Promise<CreatedBucket> {
  // Some stores answer a second creation like the first. The options would then replace what is
  // set on a bucket that is in use, lifecycle rules among it.
  await checkNewName(account, bucket, signal);
  await account.create(bucket, region, signal);
  const notSet: OpenOption[] = [];
  const unconfirmed: OpenOption[] = [];
  for (const option of options) {
    try {
      const proof = await account.setUp(bucket, option, signal);
      if (proof.kind === 'unconfirmed') unconfirmed.push({ option, failure: proof.failure });
    } catch (error) {
      throwIfCancelled(signal, bucket);
      notSet.push({ option, failure: toFailure(error, bucket).toRecord() });
    }
  }
  return { notSet, unconfirmed };
}

/** Throws where no bucket can be made under that name, by its rules or because there is one. */
export async function checkNewName(
  account: Account,
  bucket: string,
  signal: AbortSignal,
): Promise<void> {
  const fault = bucketNameFault(bucket);
  if (fault !== undefined) throw new Failure('invalid-bucket-name', bucket, fault);
  const presence = await account.presence(bucket, signal);
  if (presence.kind === 'taken') throw new Failure('bucket-name-taken', bucket);
  if (presence.kind === 'usable') throw new Failure('bucket-already-yours', bucket);
}
