import {
  CreateBucketCommand,
  GetBucketPolicyStatusCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  type BucketLocationConstraint,
  type LifecycleRule as S3LifecycleRule,
} from '@aws-sdk/client-s3';
import type { Account, LifecycleRule } from '../ports/account';
import { isArchiveClass } from '../ports/bucket';
import { maxAttempts, type Attempt } from '../network/attempt';
import { fromStoreError } from '../failures/storeErrors';
import { Failure } from '../failures/failure';
import { bucketSettings, unlessUnset } from './bucketSettings';
import { listObjects } from './listObjects';
import type { RegionalClient } from './regionalClient';
import { storeRequest } from './storeRequest';

export interface S3AccountOptions {
  readonly client: Pick<RegionalClient, 'send'>;
  readonly endpoint: string;
  /** The region of the connection. */
  readonly region: string;
}

/** The `Account` port over S3. */
export function s3Account({ client, endpoint, region }: S3AccountOptions): Account {
  /** Sends one request; what it is about is a bucket or the store itself. */
  function request<T>(
    bucket: string | undefined,
    signal: AbortSignal,
    send: (attempt: Attempt) => Promise<T>,
    onAttempt?: (number: number) => void,
  ): Promise<T> {
    const subject = { endpoint, ...(bucket === undefined ? {} : { bucket }) };
    return storeRequest(subject, signal, send, onAttempt && { onAttempt });
  }

  /** Whether there is a bucket, by a list of one object in it. */
  async function tryToList(
    bucket: string,
    signal: AbortSignal,
  ): Promise<{ readonly kind: 'listed' | 'denied' | 'no-such-bucket' | 'not-found' }> {
    try {
      const store = { client, endpoint, name: bucket };
      await listObjects(store, { prefix: '', pageSize: 1, signal }).next();
      return { kind: 'listed' };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.code === 'access-denied') return { kind: 'denied' };
      if (error.code !== 'no-such-bucket') throw error;
      // Without the store's own word for it, an object may be what was not found.
      const { cause } = error;
      const isTold = cause instanceof Error && cause.name === 'NoSuchBucket';
      return { kind: isTold ? 'no-such-bucket' : 'not-found' };
    }
  }

  const settings = bucketSettings({ client, request });
  const account: Account = {
    region,

    buckets({ after, limit, signal, onAttempt }) {
      const list = async () => {
        const page = await client.send(
          new ListBucketsCommand({ ContinuationToken: after, MaxBuckets: limit }),
          { abortSignal: signal },
        );
        const buckets = (page.Buckets ?? []).flatMap(({ Name: name, BucketRegion: inRegion }) =>
          name === undefined ? [] : [{ name, region: inRegion }],
        );
        return { buckets, next: page.ContinuationToken };
      };
      return request(undefined, signal, list, onAttempt);
    },

    async presence(bucket, signal) {
      let region: string | undefined;
      let isMissed = false;
      try {
        const answer = await request(bucket, signal, () =>
          client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: signal }),
        );
        region = answer.BucketRegion;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (error.code === 'access-denied') return { kind: 'taken' };
        if (error.code !== 'no-such-bucket') throw error;
        isMissed = true;
      }
      // The answer to HEAD has no body that could tell a bucket from an object.
      const listing = await tryToList(bucket, signal);
      if (listing.kind === 'listed' || (!isMissed && listing.kind === 'denied')) {
        return { kind: 'usable', region };
      }
      if (listing.kind === 'no-such-bucket') return { kind: 'absent' };
      // Neither answer speaks of buckets; where there are any, the endpoint is that of a store.
      await account.buckets({ limit: 1, signal });
      return { kind: 'absent' };
    },

    async create(bucket, inRegion, signal) {
      await request(bucket, signal, async ({ uncertain }) => {
        try {
          await client.send(
            new CreateBucketCommand({ Bucket: bucket, ...locationConstraint(inRegion) }),
            { abortSignal: signal },
          );
        } catch (error) {
          const failure = fromStoreError(error, { endpoint, bucket });
          // The answer to the attempt that made it was lost.
          if (uncertain && failure.code === 'bucket-already-yours') return;
          throw failure;
        }
      });
      await request(bucket, signal, async ({ number }) => {
        const { kind } = await tryToList(bucket, signal);
        if (kind === 'listed' || kind === 'denied') return;
        // A store may need a moment to know it everywhere.
        throw new Failure(number < maxAttempts ? 'store-busy' : 'no-such-bucket', bucket);
      });
    },

    setUp: (bucket, option, signal) => settings.setUp(bucket, option, signal),
    turnOnVersioning: (bucket, signal) => settings.setUp(bucket, 'keep-versions', signal),

    async publicAccess(bucket, signal) {
      const block = await request(bucket, signal, () => settings.publicAccessBlock(bucket, signal));
      if (block?.IgnorePublicAcls === true && block.RestrictPublicBuckets === true) {
        return 'blocked';
      }
      const isPublic = await request(bucket, signal, () =>
        unlessUnset(async () => {
          const command = new GetBucketPolicyStatusCommand({ Bucket: bucket });
          const answer = await client.send(command, { abortSignal: signal });
          return answer.PolicyStatus?.IsPublic ?? false;
        }, false),
      );
      return isPublic ? 'public' : 'unknown';
    },

    async lifecycle(bucket, signal) {
      const rules = await request(bucket, signal, () => settings.lifecycleRules(bucket, signal));
      return rules.flatMap(toRule);
    },

    lockedDays(bucket, signal) {
      return request(bucket, signal, () =>
        unlessUnset(async () => {
          const command = new GetObjectLockConfigurationCommand({ Bucket: bucket });
          const answer = await client.send(command, { abortSignal: signal });
          const { Days: days, Years: years } =
            answer.ObjectLockConfiguration?.Rule?.DefaultRetention ?? {};
          return days ?? (years ?? 0) * 365;
        }, 0),
      );
    },
  };
  return account;
}

/** S3 knows its first region by the lack of a constraint; `auto` leaves the choice to the store. */
function locationConstraint(
  region: string,
):
  | { readonly CreateBucketConfiguration: { LocationConstraint: BucketLocationConstraint } }
  | undefined {
  if (region === 'us-east-1' || region === 'auto') return undefined;
  return { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };
}

function toRule(rule: S3LifecycleRule): readonly LifecycleRule[] {
  const { Filter: filter, Expiration: expiration, Transitions: transitions } = rule;
  if (rule.Status !== 'Enabled') return [];
  if (filter?.Tag !== undefined || (filter?.And?.Tags ?? []).length > 0) return [];
  return [
    {
      // Old rules have their prefix outside the filter.
      prefix: filter?.Prefix ?? filter?.And?.Prefix ?? outsideFilter(rule),
      expires: expiration?.Days !== undefined || expiration?.Date !== undefined,
      archives: (transitions ?? []).some(({ StorageClass: to }) => isArchiveClass(to)),
    },
  ];
}

function outsideFilter(rule: { readonly Prefix?: string | undefined }): string {
  return rule.Prefix ?? '';
}
