import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type LifecycleRule,
  type PublicAccessBlockConfiguration,
} from '@aws-sdk/client-s3';
import type { BucketOption } from '../../protocol/buckets';
import type { SettingProof } from '../ports/account';
import type { Attempt } from '../network/attempt';
import { Failure, throwIfCancelled, toFailure } from '../failures/failure';
import type { RegionalClient } from './regionalClient';

/** What is set on a bucket. Reading is one attempt; `setUp` retries by itself. */
export class BucketSettings {
  readonly #client: Pick<RegionalClient, 'send'>;
  readonly #request: RequestOfBucket;

  constructor({ client, request }: BucketSettingsDeps) {
    this.#client = client;
    this.#request = request;
  }

  /** Sets it, and returns whether the store shows it afterwards. Throws `not-kept` where it does not. */
  async setUp(bucket: string, option: BucketOption, signal: AbortSignal): Promise<SettingProof> {
    await this.#request(bucket, signal, () => this.#put(bucket, option, signal));
    try {
      await this.#request(bucket, signal, async ({ number }) => {
        if (await this.#isShown(bucket, option, signal)) return;
        // A store may need a moment until it shows what it took.
        throw new Failure(number < maxReads ? 'store-busy' : 'not-kept', bucket);
      });
      return { kind: 'shown' };
    } catch (error) {
      throwIfCancelled(signal, bucket);
      const failure = toFailure(error, bucket);
      if (failure.code === 'not-kept') throw failure;
      return { kind: 'unconfirmed', failure: failure.toRecord() };
    }
  }

  publicAccessBlock(
    bucket: string,
    signal: AbortSignal,
  ): Promise<PublicAccessBlockConfiguration | undefined> {
    return unlessUnset(async () => {
      const command = new GetPublicAccessBlockCommand({ Bucket: bucket });
      const answer = await this.#client.send(command, { abortSignal: signal });
      return answer.PublicAccessBlockConfiguration;
    }, undefined);
  }

  lifecycleRules(bucket: string, signal: AbortSignal): Promise<readonly LifecycleRule[]> {
    return unlessUnset(async () => {
      const command = new GetBucketLifecycleConfigurationCommand({ Bucket: bucket });
      const answer = await this.#client.send(command, { abortSignal: signal });
      return answer.Rules ?? [];
    }, []);
  }

  async #put(bucket: string, option: BucketOption, signal: AbortSignal): Promise<void> {
    switch (option) {
      case 'block-public-access':
        await this.#client.send(
          new PutPublicAccessBlockCommand({
            Bucket: bucket,
            PublicAccessBlockConfiguration: blockAll,
          }),
          { abortSignal: signal },
        );
        return;
      case 'keep-versions':
        await this.#client.send(
          new PutBucketVersioningCommand({
            Bucket: bucket,
            VersioningConfiguration: { Status: 'Enabled' },
          }),
          { abortSignal: signal },
        );
        return;
      case 'clean-up-uploads':
        await this.#client.send(
          new PutBucketLifecycleConfigurationCommand({
            Bucket: bucket,
            LifecycleConfiguration: { Rules: [cleanUpRule] },
          }),
          { abortSignal: signal },
        );
    }
  }

  async #isShown(bucket: string, option: BucketOption, signal: AbortSignal): Promise<boolean> {
    switch (option) {
      case 'block-public-access': {
        const block = await this.publicAccessBlock(bucket, signal);
        return blockNames.every(name => block?.[name] === true);
      }
      case 'keep-versions': {
        const command = new GetBucketVersioningCommand({ Bucket: bucket });
        const answer = await this.#client.send(command, { abortSignal: signal });
        return answer.Status === 'Enabled';
      }
      case 'clean-up-uploads': {
        const rules = await this.lifecycleRules(bucket, signal);
        return rules.some(
          ({ Status: status, AbortIncompleteMultipartUpload: abort }) =>
            status === 'Enabled' && abort?.DaysAfterInitiation === cleanUpDays,
        );
      }
    }
  }
}

interface BucketSettingsDeps {
  readonly client: Pick<RegionalClient, 'send'>;
  readonly request: RequestOfBucket;
}

/** Sends one request about a bucket, retried where that may help. */
type RequestOfBucket = <T>(
  bucket: string,
  signal: AbortSignal,
  send: (attempt: Attempt) => Promise<T>,
) => Promise<T>;

/** How often a setting is read until it must be shown. */
const maxReads = 3;

const blockNames = [
  'BlockPublicAcls',
  'BlockPublicPolicy',
  'IgnorePublicAcls',
  'RestrictPublicBuckets',
] as const;

const blockAll: PublicAccessBlockConfiguration = {
  BlockPublicAcls: true,
  BlockPublicPolicy: true,
  IgnorePublicAcls: true,
  RestrictPublicBuckets: true,
};

const cleanUpDays = 7;

/** The one exception from never deleting: uploads that were never finished, and only by a tick box. */
const cleanUpRule: LifecycleRule = {
  ID: 's3-backup-unfinished-uploads',
  Status: 'Enabled',
  Filter: { Prefix: '' },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: cleanUpDays },
};

/** Returns `otherwise` where the store's error says that nothing has been set. */
export async function unlessUnset<T>(send: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof Error && unsetErrors.has(error.name)) return otherwise;
    throw error;
  }
}

const unsetErrors = new Set([
  'NoSuchPublicAccessBlockConfiguration',
  'NoSuchBucketPolicy',
  'NoSuchLifecycleConfiguration',
  'ObjectLockConfigurationNotFoundError',
]);
