import {
  CreateBucketCommand,
  GetBucketPolicyStatusCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  type BucketLocationConstraint,
  type LifecycleRule as S3LifecycleRule,
} from '@aws-sdk/client-s3';
import type { BucketOption, BucketPage } from '../../protocol/buckets';
import type {
  Account,
  BucketPresence,
  BucketsRequest,
  LifecycleRule,
  PublicAccess,
  SettingProof,
} from '../ports/account';
import { isArchiveClass } from '../ports/bucket';
import { maxAttempts, type Attempt } from '../network/attempt';
import { fromStoreError } from '../failures/storeErrors';
import { Failure } from '../failures/failure';
import { BucketSettings, unlessUnset } from './bucketSettings';
import { listObjects } from './listObjects';
import type { RegionalClient } from './regionalClient';
import { storeRequest } from './storeRequest';

/** The `Account` port over S3. */
export class S3Account implements Account {
  readonly region: string;
  readonly #client: Pick<RegionalClient, 'send' | 'request'>;
  readonly #endpoint: string;
  readonly #settings: BucketSettings;

  constructor({ client, endpoint, region }: S3AccountOptions) {
    this.region = region;
    this.#client = client;
    this.#endpoint = endpoint;
    this.#settings = new BucketSettings({
      client,
      request: (bucket, signal, send) => this.#request(bucket, signal, send),
    });
  }

  buckets({ after, limit, signal, onAttempt }: BucketsRequest): Promise<BucketPage> {
    const list = async () => {
      const page = await this.#client.send(
        new ListBucketsCommand({ ContinuationToken: after, MaxBuckets: limit }),
        { abortSignal: signal },
      );
      const buckets = (page.Buckets ?? []).flatMap(({ Name: name, BucketRegion: inRegion }) =>
        name === undefined ? [] : [{ name, region: inRegion }],
      );
      // Some stores name the way to the next page, and name none.
      const next = page.ContinuationToken === '' ? undefined : page.ContinuationToken;
      return { buckets, next };
    };
    return this.#request(undefined, signal, list, onAttempt);
  }

  async presence(bucket: string, signal: AbortSignal): Promise<BucketPresence> {
    let region: string | undefined;
    let head: 'seen' | 'missed' | 'denied' = 'seen';
    try {
      const answer = await this.#request(bucket, signal, () =>
        this.#client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: signal }),
      );
      region = answer.BucketRegion;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.code !== 'access-denied' && error.code !== 'no-such-bucket') throw error;
      head = error.code === 'access-denied' ? 'denied' : 'missed';
    }
    // The answer to HEAD has no body that could tell a bucket from an object.
    const listing = await this.#tryToList(bucket, signal);
    if (listing.kind === 'listed' || (head === 'seen' && listing.kind === 'denied')) {
      return { kind: 'usable', region };
    }
    if (listing.kind === 'no-such-bucket') return { kind: 'absent' };
    if (head === 'denied') return { kind: 'forbidden' };
    // Neither answer speaks of buckets; where there are any, the endpoint is that of a store.
    await this.buckets({ limit: 1, signal });
    return { kind: 'absent' };
  }

  async create(bucket: string, inRegion: string, signal: AbortSignal): Promise<void> {
    await this.#request(bucket, signal, async ({ uncertain }) => {
      try {
        await this.#client.send(
          new CreateBucketCommand({ Bucket: bucket, ...locationConstraint(inRegion) }),
          { abortSignal: signal },
        );
      } catch (error) {
        const failure = fromStoreError(error, { endpoint: this.#endpoint, bucket });
        // The answer to the attempt that made it was lost.
        if (uncertain && failure.code === 'bucket-already-yours') return;
        throw failure;
      }
    });
    await this.#request(bucket, signal, async ({ number }) => {
      const { kind } = await this.#tryToList(bucket, signal);
      if (kind === 'listed' || kind === 'denied') return;
      // A store may need a moment to know it everywhere.
      throw new Failure(number < maxAttempts ? 'store-busy' : 'no-such-bucket', bucket);
    });
  }

  setUp(bucket: string, option: BucketOption, signal: AbortSignal): Promise<SettingProof> {
    return this.#settings.setUp(bucket, option, signal);
  }

  turnOnVersioning(bucket: string, signal: AbortSignal): Promise<SettingProof> {
    return this.#settings.setUp(bucket, 'keep-versions', signal);
  }

  async publicAccess(bucket: string, signal: AbortSignal): Promise<PublicAccess> {
    const block = await this.#request(bucket, signal, () =>
      this.#settings.publicAccessBlock(bucket, signal),
    );
    if (block?.IgnorePublicAcls === true && block.RestrictPublicBuckets === true) {
      return 'blocked';
    }
    const isPublic = await this.#request(bucket, signal, () =>
      unlessUnset(async () => {
        const command = new GetBucketPolicyStatusCommand({ Bucket: bucket });
        const answer = await this.#client.send(command, { abortSignal: signal });
        return answer.PolicyStatus?.IsPublic ?? false;
      }, false),
    );
    return isPublic ? 'public' : 'unknown';
  }

  async lifecycle(bucket: string, signal: AbortSignal): Promise<readonly LifecycleRule[]> {
    const rules = await this.#request(bucket, signal, () =>
      this.#settings.lifecycleRules(bucket, signal),
    );
    return rules.flatMap(toRule);
  }

  lockedDays(bucket: string, signal: AbortSignal): Promise<number> {
    return this.#request(bucket, signal, () =>
      unlessUnset(async () => {
        const command = new GetObjectLockConfigurationCommand({ Bucket: bucket });
        const answer = await this.#client.send(command, { abortSignal: signal });
        const { Days: days, Years: years } =
          answer.ObjectLockConfiguration?.Rule?.DefaultRetention ?? {};
        return days ?? (years ?? 0) * 365;
      }, 0),
    );
  }

  /** Sends one request; what it is about is a bucket or the store itself. */
  #request<T>(
    bucket: string | undefined,
    signal: AbortSignal,
    send: (attempt: Attempt) => Promise<T>,
    onAttempt?: (number: number) => void,
  ): Promise<T> {
    const subject = { endpoint: this.#endpoint, ...(bucket === undefined ? {} : { bucket }) };
    return storeRequest(subject, signal, send, onAttempt && { onAttempt });
  }

  /** Whether there is a bucket, by a list of one object in it. */
  async #tryToList(
    bucket: string,
    signal: AbortSignal,
  ): Promise<{ readonly kind: 'listed' | 'denied' | 'no-such-bucket' | 'not-found' }> {
    try {
      const store = { client: this.#client, endpoint: this.#endpoint, name: bucket };
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
}

export interface S3AccountOptions {
  readonly client: Pick<RegionalClient, 'send' | 'request'>;
  readonly endpoint: string;
  /** The region of the connection. */
  readonly region: string;
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
