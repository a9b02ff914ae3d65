import { randomUUID } from 'node:crypto';

import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';

import { keyDecoder } from '../../src/engine/s3/answerField';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import { describeBucketContract } from './bucketContract';
import type { Capability, ContractStore, OpenStore } from './contract/harness';
import { contentTypeOf, makeVersioned } from './s3Store';

/**
 * Any store: `S3_BACKUP_TEST_ENDPOINT` is its URL, the usual `AWS_*` variables hold credentials and
 * region, `S3_BACKUP_TEST_LACKS` the capabilities it lacks, with commas between. The suite makes two
 * buckets there, one that keeps versions, and removes them.
 */
const endpoint = process.env['S3_BACKUP_TEST_ENDPOINT'];
const lacking = (process.env['S3_BACKUP_TEST_LACKS'] ?? '').split(',');

if (endpoint === undefined || endpoint === '') {
  describe('Bucket contract: the store of the environment', () => {
    it.skip('keeps every promise (S3_BACKUP_TEST_ENDPOINT is not set)');
  });
} else {
  describeBucketContract({
    name: endpoint,
    lacks: lacks(lacking),
    open: () => open(endpoint, !lacking.includes('versions')),
  });
}

async function open(url: string, keepsVersions: boolean): Promise<OpenStore> {
  const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const client = new S3Client({ endpoint: url, region, forcePathStyle: true });
  const name = `s3-backup-test-${randomUUID()}`;
  await client.send(
    new CreateBucketCommand({
      Bucket: name,
      // AWS takes no constraint for this one region, and wants one for all others.
      ...(region === 'us-east-1' || !url.includes('.amazonaws.com')
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } }),
    }),
  );
  const versioned = keepsVersions ? `s3-backup-test-${randomUUID()}` : undefined;
  if (versioned !== undefined) {
    await makeVersioned(client, versioned).catch((error: unknown) => {
      const words = `${url} makes no versioned bucket; S3_BACKUP_TEST_LACKS=versions leaves it out.`;
      throw new Error(words, { cause: error });
    });
  }
  const connection = new S3Connection({
    profile: process.env['AWS_PROFILE'],
    region,
    endpoint: url,
    forcePathStyle: true,
  });
  return {
    kind: 'open',
    bucket: connection.bucket(name),
    ...(versioned !== undefined && { versionedBucket: connection.bucket(versioned) }),
    contentTypeOf: key => contentTypeOf(client, name, key),
    missingBucket: connection.bucket(`s3-backup-test-${randomUUID()}`),
    async close() {
      for (const made of versioned === undefined ? [name] : [name, versioned]) {
        await removeBucket(client, made);
      }
      connection.close();
      client.destroy();
    },
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

function lacks(list: readonly string[]): ContractStore['lacks'] {
  const told = list.filter(capability => capability !== '');
  return {
    ...Object.fromEntries(told.map(capability => [capability, 'S3_BACKUP_TEST_LACKS'])),
    ...({
      wire: 'no recorder stands before it',
    } satisfies Partial<Record<Capability, string>>),
  };
}
