import { Failure, throwIfCancelled, toFailure } from '../failures/failure';
import type { Account } from '../ports/account';
import type { CreatedBucket, NewBucket, OpenOption, BucketNameFault } from '../../protocol/buckets';

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
  // Creating it all the same could set options anew on a bucket that is in use.
  if (presence.kind === 'forbidden') throw new Failure('bucket-not-seen', bucket);
  if (presence.kind === 'usable') throw new Failure('bucket-already-yours', bucket);
}

/**
 * Returns which rule for bucket names a name breaks first, if any (S3's page "General purpose bucket
 * naming rules").
 */
export function bucketNameFault(name: string): BucketNameFault | undefined {
  // Characters first: to be told that "My Bucket" is long enough helps nobody.
  if (/[^a-z0-9.-]/.test(name)) return 'characters';
  if (name.length < minLength) return 'too-short';
  if (name.length > maxLength) return 'too-long';
  if (!/^[a-z0-9].*[a-z0-9]$/.test(name)) return 'ends';
  if (name.includes('..')) return 'adjacent-dots';
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return 'ip-address';
  if (reservedPrefixes.some(prefix => name.startsWith(prefix))) return 'reserved-beginning';
  if (reservedSuffixes.some(suffix => name.endsWith(suffix))) return 'reserved-end';
  return undefined;
}

const minLength = 3;
const maxLength = 63;
const reservedPrefixes = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const reservedSuffixes = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];
