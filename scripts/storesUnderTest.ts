import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CreateBucketCommand } from '@aws-sdk/client-s3';

import { startEmbeddedS3 } from '../dev/embeddedS3';
import { otherStoreVersions, startMoto, startRcloneServe, startS3Mock } from '../dev/otherStores';
import { repositoryRoot } from '../dev/repositoryRoot';
import { seaweedFsVersion, startSeaweedFs } from '../dev/seaweedfs';
import type { NoStoreServer, StoreServer } from '../dev/storeServer';
import { startVersitygw, versitygwVersion } from '../dev/versitygw';
import { S3Connection } from '../src/engine/s3/s3Connection';
import { openAnyStore } from '../test/s3/anyStore';
import type { Capability, OpenStore } from '../test/s3/contract/harness';
import { adminClient, makeVersioned, openS3Store, type S3Server } from '../test/s3/s3Store';
import { memoryBucket } from '../test/support/memory/memoryBucket';
import type { JobPlace } from '../test/support/stores/mainJob';

/** A store that `npm run stores` puts to the contract and to the main job. */
export interface StoreUnderTest {
  /** With its version, as the table has it. */
  readonly name: string;
  open(): Promise<OpenedStore | NoStoreServer>;
}

export interface OpenedStore {
  readonly kind: 'open';
  readonly store: OpenStore;
  /** What the contract cannot ask there. */
  readonly untried: readonly Capability[];
  readonly job: JobPlace;
}

/** Those that can be had from package registries, and the memory that the tests use. */
export const storesUnderTest: readonly StoreUnderTest[] = [
  { name: 'memory', open: () => Promise.resolve(openMemory()) },
  {
    name: `fauxqs ${fauxqsVersion()}`,
    open: async () => {
      const server = await startEmbeddedS3();
      return openServer({
        ...server,
        region: 'us-east-1',
        accessKeyId: 'any',
        secretAccessKey: 'any',
      });
    },
  },
  { name: `SeaweedFS ${seaweedFsVersion}`, open: () => opened(startSeaweedFs()) },
  { name: `versitygw ${versitygwVersion}`, open: () => opened(startVersitygw()) },
  { name: `moto ${otherStoreVersions.moto}`, open: () => opened(startMoto()) },
  {
    name: `rclone serve s3 ${otherStoreVersions.rclone}`,
    open: () => opened(startRcloneServe()),
  },
  { name: `S3Mock ${otherStoreVersions.s3mock}`, open: () => opened(startS3Mock()) },
];

/** A store somewhere, with the credentials and the region of the usual `AWS_*` variables. */
export function storeAt(endpoint: string, bucketPrefix: string): StoreUnderTest {
  return {
    name: endpoint,
    async open() {
      const store = await openAnyStore({
        endpoint,
        bucketPrefix,
        versions: 'where-kept',
      });
      const untried: Capability[] = ['wire', ...withoutVersions(store)];
      const job = { bucket: store.emptyBucket, store: { connect: () => store.connect() } };
      return { kind: 'open', store, untried, job };
    },
  };
}

function openMemory(): OpenedStore {
  const bucket = memoryBucket();
  return {
    kind: 'open',
    store: {
      kind: 'open',
      bucket,
      versionedBucket: memoryBucket({ versioning: 'enabled' }),
      contentTypeOf: key => Promise.resolve(bucket.contentType(key)),
      close: () => Promise.resolve(),
    },
    untried: ['missingBucket', 'wire'],
    job: { bucket: 'memory', store: { bucket: memoryBucket() } },
  };
}

async function opened(
  started: Promise<StoreServer | NoStoreServer>,
): Promise<OpenedStore | NoStoreServer> {
  const server = await started;
  return server.kind === 'unavailable' ? server : openServer(server);
}

async function openServer(server: S3Server): Promise<OpenedStore> {
  const { endpoint, region } = server;
  const bucket = 'main-job';
  const client = adminClient(server);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const keepsVersions = await makeVersioned(client, 'keeps-versions').then(
    () => true,
    () => false,
  );
  client.destroy();
  const store = await openS3Store(server, { keepsVersions });
  const settings = { profile: undefined, region, endpoint, forcePathStyle: true };
  return {
    kind: 'open',
    store,
    untried: withoutVersions(store),
    job: { bucket, store: { connect: () => new S3Connection(settings) } },
  };
}

function withoutVersions({ versionedBucket }: OpenStore): readonly Capability[] {
  return versionedBucket === undefined ? ['versions', 'pagesOfVersions'] : [];
}

/** As the manifest pins it. */
function fauxqsVersion(): string {
  const manifest = readFileSync(join(repositoryRoot, 'package.json'), 'utf8');
  const { devDependencies } = JSON.parse(manifest) as { devDependencies: { fauxqs: string } };
  return devDependencies.fauxqs;
}
