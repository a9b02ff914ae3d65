import { Failure, throwIfCancelled } from '../failures/failure';
import { endpointFaults } from '../failures/wrongEndpoint';
import type { Account, BucketPresence } from '../ports/account';
import type { Bucket } from '../ports/bucket';
import type { BucketTraits, PrefixContents } from '../../protocol/buckets';

/**
 * What a user should know of a bucket before trusting it with files below the prefix. What cannot be
 * learned is `undefined`: stores know different questions, and identities may not ask all of them.
 * Throws `not-s3` where the endpoint does not prove to have buckets: nothing is learned from it.
 */
export async function inspectBucket(
  account: Account,
  bucket: Pick<Bucket, 'name' | 'versioning'>,
  prefix: string,
  signal: AbortSignal,
): Promise<BucketTraits> {
  const { name } = bucket;
  const [presence, versioning, access, rules, lockedDays] = await Promise.all([
    provenPresence(account, name, signal),
    bucket.versioning(signal),
    learned(account.publicAccess(name, signal)),
    learned(account.lifecycle(name, signal)),
    learned(account.lockedDays(name, signal)),
  ]);
  throwIfCancelled(signal, name);
  const ours = rules?.filter(rule => overlaps(rule.prefix, prefix));
  return {
    region: presence?.kind === 'usable' ? presence.region : undefined,
    versioning,
    isPublic: access === undefined || access === 'unknown' ? undefined : access === 'public',
    expires: ours?.some(rule => rule.expires),
    archives: ours?.some(rule => rule.archives),
    lockedDays,
  };
}

async function provenPresence(
  account: Account,
  bucket: string,
  signal: AbortSignal,
): Promise<BucketPresence | undefined> {
  try {
    return await account.presence(bucket, signal);
  } catch (error) {
    if (error instanceof Failure && endpointFaults.has(error.code)) throw error;
    return undefined;
  }
}

/** A setting that the store cannot tell of leaves the others known. */
async function learned<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch {
    return undefined;
  }
}

function overlaps(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

/** What already stands below a prefix: how many objects, counted up to a limit, and some names. */
export async function inspectPrefix(
  bucket: Pick<Bucket, 'list'>,
  prefix: string,
  signal: AbortSignal,
): Promise<PrefixContents> {
  const examples: string[] = [];
  let count = 0;
  try {
    for await (const page of bucket.list({ prefix, signal })) {
      for (const { key } of page.slice(0, maxExamples - examples.length)) {
        examples.push(key.slice(prefix.length));
      }
      count += page.length;
      if (count > maxCounted) return { kind: 'more-than', count: maxCounted, examples };
    }
  } catch (error) {
    // Whoever may not list here may still write here, and learns the rest from the comparison.
    if (error instanceof Failure && error.code === 'access-denied') return { kind: 'unknown' };
    throw error;
  }
  return { kind: 'counted', count, examples };
}

const maxExamples = 3;
const maxCounted = 1000;
