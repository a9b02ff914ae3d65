import { randomUUID } from 'node:crypto';

import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

import type { Bucket } from '../../src/engine/bucket';
import { openConnection } from '../../src/engine/connection';
import {
  describeBucketContract,
  type Capability,
  type ContractStore,
  type OpenStore,
} from './bucketContract';

/**
 * Any store: `S3_BACKUP_TEST_ENDPOINT` is its URL, the usual `AWS_*` variables hold credentials and
 * region, `S3_BACKUP_TEST_LACKS` the capabilities it lacks, with commas between. The suite makes a
 * bucket there and removes it.
 */
const endpoint = process.env['S3_BACKUP_TEST_ENDPOINT'];

if (endpoint === undefined || endpoint === '') {
  describe('Bucket contract: the store of the environment', () => {
    it.skip('keeps every promise (S3_BACKUP_TEST_ENDPOINT is not set)');
  });
} else {
  describeBucketContract({
    name: endpoint,
    lacks: lacks(process.env['S3_BACKUP_TEST_LACKS'] ?? ''),
    open: () => open(endpoint),
  });
}

async function open(url: string): Promise<OpenStore> {
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
  const connection = openConnection({
    profile: process.env['AWS_PROFILE'],
    region,
    endpoint: url,
    forcePathStyle: true,
  });
  return {
    kind: 'open',
    bucket: connection.bucket(name),
    missingBucket: connection.bucket(`s3-backup-test-${randomUUID()}`),
    async close() {
      await removeBucket(client, connection.bucket(name));
      connection.close();
      client.destroy();
    },
  };
}

async function removeBucket(client: S3Client, bucket: Bucket): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  for await (const page of bucket.list({ prefix: '', signal })) {
    await Promise.all(
      page.map(({ key }) =>
        client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: key })),
      ),
    );
  }
  await client.send(new DeleteBucketCommand({ Bucket: bucket.name }));
}

function lacks(list: string): ContractStore['lacks'] {
  const told = list.split(',').filter(capability => capability !== '');
  return {
    ...Object.fromEntries(told.map(capability => [capability, 'S3_BACKUP_TEST_LACKS'])),
    ...({
      wire: 'no recorder stands before it',
    } satisfies Partial<Record<Capability, string>>),
  };
}
