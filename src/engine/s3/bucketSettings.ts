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

interface BucketSettingsParts {
  readonly client: Pick<RegionalClient, 'send'>;
  readonly request: <T>(
    bucket: string,
    signal: AbortSignal,
    send: (attempt: Attempt) => Promise<T>,
  ) => Promise<T>;
}

/** What is set on a bucket. Reading is one attempt; `setUp` sees to it that its own are tried again. */
export interface BucketSettings {
  setUp(bucket: string, option: BucketOption, signal: AbortSignal): Promise<SettingProof>;
  publicAccessBlock(
    bucket: string,
    signal: AbortSignal,
  ): Promise<PublicAccessBlockConfiguration | undefined>;
  lifecycleRules(bucket: string, signal: AbortSignal): Promise<readonly LifecycleRule[]>;
}

export function bucketSettings({ client, request }: BucketSettingsParts): BucketSettings {
  async function put(bucket: string, option: BucketOption, signal: AbortSignal): Promise<void> {
    switch (option) {
      case 'block-public-access':
        await client.send(
          new PutPublicAccessBlockCommand({
            Bucket: bucket,
            PublicAccessBlockConfiguration: blockAll,
          }),
          { abortSignal: signal },
        );
        return;
      case 'keep-versions':
        await client.send(
          new PutBucketVersioningCommand({
            Bucket: bucket,
            VersioningConfiguration: { Status: 'Enabled' },
          }),
          { abortSignal: signal },
        );
        return;
      case 'clean-up-uploads':
        await client.send(
          new PutBucketLifecycleConfigurationCommand({
            Bucket: bucket,
            LifecycleConfiguration: { Rules: [cleanUpRule] },
          }),
          { abortSignal: signal },
        );
    }
  }

  async function isShown(
    bucket: string,
    option: BucketOption,
    signal: AbortSignal,
  ): Promise<boolean> {
    switch (option) {
      case 'block-public-access': {
        const block = await settings.publicAccessBlock(bucket, signal);
        return blockNames.every(name => block?.[name] === true);
      }
      case 'keep-versions': {
        const command = new GetBucketVersioningCommand({ Bucket: bucket });
        const answer = await client.send(command, { abortSignal: signal });
        return answer.Status === 'Enabled';
      }
      case 'clean-up-uploads': {
        const rules = await settings.lifecycleRules(bucket, signal);
        return rules.some(
          ({ Status: status, AbortIncompleteMultipartUpload: abort }) =>
            status === 'Enabled' && abort?.DaysAfterInitiation === cleanUpDays,
        );
      }
    }
  }

  const settings: BucketSettings = {
    async setUp(bucket, option, signal) {
      await request(bucket, signal, () => put(bucket, option, signal));
      try {
        await request(bucket, signal, async ({ number }) => {
          if (await isShown(bucket, option, signal)) return;
          // A store may need a moment until it shows what it took.
          throw new Failure(number < looks ? 'store-busy' : 'not-kept', bucket);
        });
        return { kind: 'shown' };
      } catch (error) {
        throwIfCancelled(signal, bucket);
        const failure = toFailure(error, bucket);
        if (failure.code === 'not-kept') throw failure;
        return { kind: 'unconfirmed', failure: failure.toRecord() };
      }
    },

    publicAccessBlock(bucket, signal) {
      return unlessUnset(async () => {
        const command = new GetPublicAccessBlockCommand({ Bucket: bucket });
        const answer = await client.send(command, { abortSignal: signal });
        return answer.PublicAccessBlockConfiguration;
      }, undefined);
    },

    lifecycleRules(bucket, signal) {
      return unlessUnset(async () => {
        const command = new GetBucketLifecycleConfigurationCommand({ Bucket: bucket });
        const answer = await client.send(command, { abortSignal: signal });
        return answer.Rules ?? [];
      }, []);
    },
  };
  return settings;
}

/** How often it is looked whether a setting is shown. */
const looks = 3;

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

/** The promise never to delete has this one exception: what was never finished, and by a tick box. */
const cleanUpRule: LifecycleRule = {
  ID: 's3-backup-unfinished-uploads',
  Status: 'Enabled',
  Filter: { Prefix: '' },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: cleanUpDays },
};

/** Gives `otherwise` where the store's error says that nothing has been set. */
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
