import { randomUUID } from 'node:crypto';

import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';

import type { Connection } from '../../src/engine/ports/connection';
import { keyDecoder } from '../../src/engine/s3/answerField';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import type { OpenStore } from './contract/harness';
import { contentTypeOf, makeVersioned } from './s3Store';

/** Buckets of our own at a store somewhere; `close` removes them with all that is in them. */
export interface AnyStore extends OpenStore {
  /** One more bucket, which is empty. */
  readonly emptyBucket: string;
  connect(): Connection;
}

/**
 * Makes buckets whose names begin with the prefix, as the usual `AWS_*` variables allow. Where
 * versions are `needed` it fails without them.
 */
export async function openAnyStore({
  endpoint,
  bucketPrefix,
  versions,
}: {
  readonly endpoint: string;
  readonly bucketPrefix: string;
  readonly versions: 'needed' | 'where-kept' | 'unused';
}): Promise<AnyStore> {
  const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const client = new S3Client({ endpoint, region, forcePathStyle: true });
  const newName = (): string => `${bucketPrefix}-${randomUUID()}`;
  const [name, emptyBucket, versioned] = [newName(), newName(), newName()];
  const settings = {
    profile: process.env['AWS_PROFILE'],
    region,
    endpoint,
    forcePathStyle: true,
  };
  const made: string[] = [];
  const connection = new S3Connection(settings);
  const close = async (): Promise<void> => {
    const left: string[] = [];
    const causes: unknown[] = [];
    for (const bucket of made) {
      try {
        await removeBucket(client, bucket);
      } catch (error) {
        left.push(bucket);
        causes.push(error);
      }
    }
    connection.close();
    client.destroy();
    if (left.length > 0) {
      throw new AggregateError(causes, `Remove by hand what ${endpoint} keeps: ${left.join(', ')}`);
    }
  };
  // AWS takes no constraint for this one region, and wants one for all others.
  const constrained = region !== 'us-east-1' && endpoint.includes('.amazonaws.com');
  let keepsVersions = false;
  try {
    for (const bucket of [name, emptyBucket]) {
      await client.send(
        new CreateBucketCommand({
          Bucket: bucket,
          ...(constrained && {
            CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' },
          }),
        }),
      );
      made.push(bucket);
    }
    if (versions !== 'unused') {
      keepsVersions = await makeVersioned(client, versioned).then(
        () => true,
        (error: unknown) => {
          if (versions === 'where-kept') return false;
          const words = `${endpoint} makes no versioned bucket; S3_BACKUP_TEST_LACKS=versions leaves it out.`;
          throw new Error(words, { cause: error });
        },
      );
      if (keepsVersions) made.push(versioned);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    kind: 'open',
    bucket: connection.bucket(name),
    ...(keepsVersions && { versionedBucket: connection.bucket(versioned) }),
    contentTypeOf: key => contentTypeOf(client, name, key),
    missingBucket: connection.bucket(newName()),
    emptyBucket,
    connect: () => new S3Connection(settings),
    close,
  };
}

/** With all versions of what is in it, where the store lists any. */
async function removeBucket(client: S3Client, name: string): Promise<void> {
  // What the store does not remove, it names when the bucket is to go.
  for (let page = 0; page < maxPages; page++) {
    const found = await contentsOf(client, name);
    if (found.length === 0) break;
    await Promise.all(
      found.map(each => client.send(new DeleteObjectCommand({ Bucket: name, ...each }))),
    );
  }
  await client.send(new DeleteBucketCommand({ Bucket: name }));
}

const maxPages = 50;

interface StoredVersion {
  readonly Key: string;
  readonly VersionId?: string | undefined;
}

async function contentsOf(client: S3Client, name: string): Promise<readonly StoredVersion[]> {
  const list = { Bucket: name, EncodingType: 'url' } as const;
  try {
    const page = await client.send(new ListObjectVersionsCommand(list));
    const decode = keyDecoder(page.EncodingType);
    return [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(
      ({ Key = '', VersionId }) => ({ Key: decode(Key).key, VersionId }),
    );
  } catch {
    // It keeps no versions.
    const page = await client.send(new ListObjectsV2Command(list));
    const decode = keyDecoder(page.EncodingType);
    return (page.Contents ?? []).map(({ Key = '' }) => ({ Key: decode(Key).key }));
  }
}
