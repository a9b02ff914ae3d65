import {
  CreateBucketCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';

import { S3Connection } from '../../src/engine/s3/s3Connection';
import { setAwsVariables } from '../../dev/awsVariables';
import type { StoreServer } from '../../dev/storeServer';
import { startWireRecorder, type WireRequest } from '../support/servers/wire';
import type { Disturb, OpenStore } from './contract/harness';

/** An S3 server of ours, with an identity that may create buckets. */
export type S3Server = Omit<StoreServer, 'kind'>;

/** The engine's own bucket on that server, by way of a recorder that can disturb requests. */
export async function openS3Store(
  server: S3Server,
  { keepsVersions }: { readonly keepsVersions: boolean },
): Promise<OpenStore> {
  const wire = await startWireRecorder(server.endpoint);
  const name = 'contract';
  const client = adminClient(server);
  await client.send(new CreateBucketCommand({ Bucket: name }));
  const versioned = 'contract-versions';
  if (keepsVersions) await makeVersioned(client, versioned);
  const restoreVariables = setAwsVariables(server);
  const connection = new S3Connection({
    profile: undefined,
    region: server.region,
    endpoint: wire.endpoint,
    forcePathStyle: true,
  });
  return {
    kind: 'open',
    bucket: connection.bucket(name),
    ...(keepsVersions && { versionedBucket: connection.bucket(versioned) }),
    contentTypeOf: key => contentTypeOf(client, name, key),
    missingBucket: connection.bucket('no-such-bucket'),
    disturb(operation, disturbance) {
      const { met } = wire.disturbNext(request => isOf(operation, request), disturbance);
      return { met, openConnections: () => wire.openConnections };
    },
    async close() {
      connection.close();
      client.destroy();
      restoreVariables();
      await wire.stop();
      await server.stop();
    },
  };
}

/** What the store itself says of an object, which the engine has no use for. */
export async function contentTypeOf(
  client: S3Client,
  bucket: string,
  key: string,
): Promise<string | undefined> {
  const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
  return head.ContentType;
}

/** Creates a bucket that keeps versions. */
export async function makeVersioned(client: S3Client, name: string): Promise<void> {
  await client.send(new CreateBucketCommand({ Bucket: name }));
  await client.send(
    new PutBucketVersioningCommand({
      Bucket: name,
      VersioningConfiguration: { Status: 'Enabled' },
    }),
  );
}

/** A client for what only the tests do: making buckets, giving them settings, tidying up. */
export function adminClient({
  endpoint,
  region,
  ...credentials
}: Omit<S3Server, 'stop'>): S3Client {
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true });
}

function isOf(operation: Parameters<Disturb>[0], { method, path }: WireRequest): boolean {
  const query = new URLSearchParams(path.split('?')[1]);
  const ofUpload = query.has('uploadId');
  switch (operation) {
    case 'list':
      return method === 'GET' && query.has('list-type');
    case 'get':
      return method === 'GET' && !query.has('list-type');
    case 'put':
      return method === 'PUT' && !ofUpload;
    case 'putPart':
      return method === 'PUT' && ofUpload;
    case 'completeMultipart':
      return method === 'POST' && ofUpload;
  }
}
