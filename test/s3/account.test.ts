import assert from 'node:assert/strict';

import {
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

import { S3Connection } from '../../src/engine/s3/s3Connection';
import type { Connection } from '../../src/engine/ports/connection';
import { createBucket } from '../../src/engine/store/createBucket';
import { inspectBucket, inspectPrefix } from '../../src/engine/store/inspectBucket';
import { setAwsVariables } from '../../dev/awsVariables';
import { startEmbeddedS3 } from '../../dev/embeddedS3';
import { startSeaweedFs } from '../../dev/seaweedfs';
import { skipSuite } from '../support/suite/skipSuite';
import { startWireRecorder, type WireRecorder } from '../support/servers/wire';
import { adminClient, type S3Server } from './s3Store';

interface Store {
  readonly name: string;
  /** What it answers that it does not know how to set, or shows not to be set afterwards. */
  readonly cannotSet: readonly string[];
  /** What it takes and gives no answer about. */
  readonly cannotShow: readonly string[];
  /** Whether it does what it said yes to. */
  readonly remembersSettings: boolean;
  open(): Promise<S3Server | { readonly kind: 'unavailable'; readonly reason: string }>;
}

const stores: readonly Store[] = [
  {
    name: 'the embedded server (fauxqs)',
    cannotSet: ['keep-versions'],
    cannotShow: ['block-public-access', 'clean-up-uploads'],
    remembersSettings: false,
    open: async () => ({
      ...(await startEmbeddedS3()),
      region: 'us-east-1',
      accessKeyId: 'any',
      secretAccessKey: 'any',
    }),
  },
  {
    name: 'a production server (SeaweedFS)',
    cannotSet: ['block-public-access'],
    cannotShow: [],
    remembersSettings: true,
    open: () => startSeaweedFs(),
  },
];

for (const store of stores) {
  describe(`An account of ${store.name}`, function () {
    this.timeout(120_000);
    let server: S3Server;
    let wire: WireRecorder;
    let admin: S3Client;
    let connection: Connection;
    let restoreVariables: () => void = () => undefined;

    before(async function () {
      const opened = await store.open();
      if ('reason' in opened) skipSuite(this, opened.reason);
      server = opened;
      wire = await startWireRecorder(server.endpoint);
      admin = adminClient(server);
      restoreVariables = setAwsVariables(server);
      connection = new S3Connection({
        profile: undefined,
        region: server.region,
        endpoint: wire.endpoint,
        forcePathStyle: true,
      });
    });
    after(async () => {
      restoreVariables();
      // Undefined where there is no server.
      (connection as Connection | undefined)?.close();
      (admin as S3Client | undefined)?.destroy();
      await (wire as WireRecorder | undefined)?.stop();
      await (server as S3Server | undefined)?.stop();
    });

    function create(
      bucket: string,
      ...options: Parameters<typeof createBucket>[1]['options']
    ): ReturnType<typeof createBucket> {
      const request = { bucket, region: server.region, options };
      return createBucket(connection.account, request, signal());
    }

    it('lets a bucket keep versions from now on', async () => {
      await create('not-yet');
      const turningOn = connection.account.turnOnVersioning('not-yet', signal());
      if (store.remembersSettings) assert.deepEqual(await turningOn, { kind: 'shown' });
      else await assert.rejects(turningOn, { code: 'not-kept' });
      const versioning = await connection.bucket('not-yet').versioning(signal());
      assert.equal(versioning, store.remembersSettings ? 'enabled' : 'off');
    });

    it('creates a bucket, sets what it can and says what it cannot', async () => {
      const { notSet, unconfirmed } = await create(
        'made-whole',
        'block-public-access',
        'keep-versions',
        'clean-up-uploads',
      );
      assert.deepEqual(
        notSet.map(({ option }) => option),
        store.cannotSet,
      );
      assert.deepEqual(
        unconfirmed.map(({ option }) => option),
        store.cannotShow,
      );
      const { buckets, next } = await connection.account.buckets({ signal: signal() });
      assert.ok(buckets.some(({ name }) => name === 'made-whole'));
      assert.equal(next, undefined);
      const asked = wire.requests.filter(({ method }) => method === 'PUT').map(({ path }) => path);
      for (const setting of ['publicAccessBlock', 'versioning', 'lifecycle']) {
        assert.ok(asked.some(path => path.startsWith('/made-whole') && path.includes(setting)));
      }
      if (!store.remembersSettings) return;
      assert.equal(await connection.bucket('made-whole').versioning(signal()), 'enabled');
      const { Rules: rules = [] } = await admin.send(
        new GetBucketLifecycleConfigurationCommand({ Bucket: 'made-whole' }),
      );
      assert.equal(rules.length, 1);
      const [rule] = rules;
      assert.equal(rule?.AbortIncompleteMultipartUpload?.DaysAfterInitiation, 7);
      assert.equal(rule.Expiration, undefined);
    });

    it('sets no lifecycle rule that was not ticked', async () => {
      await create('made-plain', 'keep-versions');
      const paths = wire.requests
        .filter(({ method, path }) => method === 'PUT' && path.startsWith('/made-plain'))
        .map(({ path }) => path);
      assert.equal(paths.length, 2);
      assert.ok(!paths.some(path => path.includes('lifecycle')));
    });

    it('refuses to create what is there, without a write', async () => {
      await create('made-once');
      const writes = () => wire.requests.filter(({ method }) => method === 'PUT').length;
      const before = writes();
      await assert.rejects(create('made-once', 'clean-up-uploads'), {
        code: 'bucket-already-yours',
      });
      assert.equal(writes(), before);
    });

    it('takes a creation for done whose answer was lost', async () => {
      const isCreation = ({ method, path }: { method: string; path: string }) =>
        method === 'PUT' && /^\/made-unheard\/?(\?|$)/.test(path);
      wire.disturbNext(isCreation, 'lose-answer');
      await create('made-unheard', 'keep-versions');
      assert.equal((await connection.account.presence('made-unheard', signal())).kind, 'usable');
    });

    it('tells usable, free and hidden names apart', async () => {
      await create('present');
      const presence = (bucket: string) => connection.account.presence(bucket, signal());
      assert.equal((await presence('present')).kind, 'usable');
      assert.deepEqual(await presence('not-there'), { kind: 'absent' });
      // The list has a word for what HEAD cannot tell.
      wire.disturbNext(({ method }) => method === 'HEAD', 'refuse');
      assert.deepEqual(await presence('not-there'), { kind: 'absent' });
      wire.disturbNext(({ method }) => method === 'HEAD', 'refuse');
      wire.disturbNext(({ method }) => method === 'GET', 'refuse');
      assert.deepEqual(await presence('hidden'), { kind: 'forbidden' });
    });

    it('learns of a bucket what the store tells, and of its contents', async () => {
      await create('looked-at', 'keep-versions');
      await admin.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket: 'looked-at',
          LifecycleConfiguration: {
            Rules: [
              { ID: 'x', Status: 'Enabled', Filter: { Prefix: 'a/' }, Expiration: { Days: 9 } },
            ],
          },
        }),
      );
      const look = (prefix: string) =>
        inspectBucket(connection.account, connection.bucket('looked-at'), prefix, signal());
      const below = await look('a/');
      if (store.remembersSettings) {
        assert.equal(below.versioning, 'enabled');
        assert.equal(below.expires, true);
      }
      assert.notEqual(below.isPublic, true);
      assert.ok(below.lockedDays === 0 || below.lockedDays === undefined);
      assert.equal((await look('b/')).expires, store.remembersSettings ? false : undefined);

      await admin.send(new PutObjectCommand({ Bucket: 'looked-at', Key: 'a/x', Body: 'x' }));
      const contents = await inspectPrefix(connection.bucket('looked-at'), 'a/', signal());
      assert.deepEqual(contents, { kind: 'counted', count: 1, examples: ['x'] });
    });
  });
}

function signal(): AbortSignal {
  return AbortSignal.timeout(30_000);
}
