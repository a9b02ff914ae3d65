import {
  CreateBucketCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyStatusCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type BucketLocationConstraint,
  type LifecycleRule as S3LifecycleRule,
} from '@aws-sdk/client-s3';
import type { Account, LifecycleRule } from '../account';
import { isArchiveClass } from '../archiveClass';
import type { Attempt } from '../attempt';
import { fromStoreError } from '../errorMapping';
import { Failure } from '../failure';
import type { RegionalClient } from './regionalClient';
import { storeRequest } from './storeRequest';

export interface S3AccountParts {
  readonly client: Pick<RegionalClient, 'send'>;
  readonly endpoint: string;
  /** The region of the connection. */
  readonly region: string;
}

/** The `Account` port over S3. */
export function s3Account({ client, endpoint, region }: S3AccountParts): Account {
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

  /** Gives `otherwise` where the store's error says that nothing has been set. */
  async function unlessUnset<T>(
    bucket: string,
    signal: AbortSignal,
    send: () => Promise<T>,
    otherwise: T,
  ): Promise<T> {
    return request(bucket, signal, async () => {
      try {
        return await send();
      } catch (error) {
        if (error instanceof Error && unsetErrors.has(error.name)) return otherwise;
        throw error;
      }
    });
  }

  function keepVersions(bucket: string, signal: AbortSignal): Promise<unknown> {
    return client.send(
      new PutBucketVersioningCommand({
        Bucket: bucket,
        VersioningConfiguration: { Status: 'Enabled' },
      }),
      { abortSignal: signal },
    );
  }

  return {
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
      try {
        const answer = await request(bucket, signal, () =>
          client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: signal }),
        );
        return { kind: 'usable', region: answer.BucketRegion };
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        // The answer to HEAD has no body that could tell a bucket from an object.
        if (error.code === 'no-such-key' || error.code === 'no-such-bucket') {
          return { kind: 'absent' };
        }
        if (error.code === 'access-denied') return { kind: 'taken' };
        throw error;
      }
    },

    create(bucket, inRegion, signal) {
      return request(bucket, signal, async ({ uncertain }) => {
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
    },

    async setUp(bucket, option, signal) {
      await request(bucket, signal, () => {
        switch (option) {
          case 'block-public-access':
            return client.send(
              new PutPublicAccessBlockCommand({
                Bucket: bucket,
                PublicAccessBlockConfiguration: {
                  BlockPublicAcls: true,
                  BlockPublicPolicy: true,
                  IgnorePublicAcls: true,
                  RestrictPublicBuckets: true,
                },
              }),
              { abortSignal: signal },
            );
          case 'keep-versions':
            return keepVersions(bucket, signal);
          case 'clean-up-uploads':
            return client.send(
              new PutBucketLifecycleConfigurationCommand({
                Bucket: bucket,
                LifecycleConfiguration: { Rules: [cleanUpRule] },
              }),
              { abortSignal: signal },
            );
        }
      });
    },

    async turnOnVersioning(bucket, signal) {
      await request(bucket, signal, () => keepVersions(bucket, signal));
    },

    async publicAccess(bucket, signal) {
      const block = await unlessUnset(
        bucket,
        signal,
        async () => {
          const command = new GetPublicAccessBlockCommand({ Bucket: bucket });
          const answer = await client.send(command, { abortSignal: signal });
          return answer.PublicAccessBlockConfiguration;
        },
        undefined,
      );
      if (block?.IgnorePublicAcls === true && block.RestrictPublicBuckets === true) {
        return 'blocked';
      }
      const isPublic = await unlessUnset(
        bucket,
        signal,
        async () => {
          const command = new GetBucketPolicyStatusCommand({ Bucket: bucket });
          const answer = await client.send(command, { abortSignal: signal });
          return answer.PolicyStatus?.IsPublic ?? false;
        },
        false,
      );
      return isPublic ? 'public' : 'unknown';
    },

    lifecycle(bucket, signal) {
      return unlessUnset(
        bucket,
        signal,
        async () => {
          const command = new GetBucketLifecycleConfigurationCommand({ Bucket: bucket });
          const answer = await client.send(command, { abortSignal: signal });
          return (answer.Rules ?? []).flatMap(toRule);
        },
        [],
      );
    },

    lockedDays(bucket, signal) {
      return unlessUnset(
        bucket,
        signal,
        async () => {
          const command = new GetObjectLockConfigurationCommand({ Bucket: bucket });
          const answer = await client.send(command, { abortSignal: signal });
          const { Days: days, Years: years } =
            answer.ObjectLockConfiguration?.Rule?.DefaultRetention ?? {};
          return days ?? (years ?? 0) * 365;
        },
        0,
      );
    },
  };
}

/** The promise never to delete has this one exception: what was never finished, and by a tick box. */
const cleanUpRule: S3LifecycleRule = {
  ID: 's3-backup-unfinished-uploads',
  Status: 'Enabled',
  Filter: { Prefix: '' },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
};

const unsetErrors = new Set([
  'NoSuchPublicAccessBlockConfiguration',
  'NoSuchBucketPolicy',
  'NoSuchLifecycleConfiguration',
  'ObjectLockConfigurationNotFoundError',
]);

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
