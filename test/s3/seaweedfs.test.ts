import assert from 'node:assert/strict';

import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

import type { Bucket, ObjectVersion } from '../../src/engine/ports/bucket';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import type { Connection } from '../../src/engine/ports/connection';
import { setAwsVariables } from '../../dev/awsVariables';
import { startSeaweedFs, type Identity } from '../../dev/seaweedfs';
import type { StoreServer } from '../../dev/storeServer';
import { sharedSeaweedFs } from '../support/servers/sharedSeaweedFs';
import { skipSuite } from '../support/suite/skipSuite';
import { describeBucketContract } from './bucketContract';
import { adminClient, openS3Store } from './s3Store';

describeBucketContract({
  name: 'a production server (SeaweedFS)',
  lacks: {
    checksMultipartSize: 'SeaweedFS ignores the announced size',
    pagesOfVersions: 'SeaweedFS loses versions between pages',
    emptySegments: 'SeaweedFS joins the slashes',
    dotSegments: 'SeaweedFS refuses them',
    backslashes: 'SeaweedFS takes them for slashes',
    longSegments: 'SeaweedFS takes 255 bytes between slashes',
  },
  async open() {
    const server = await sharedSeaweedFs();
    return server.kind === 'unavailable' ? server : openS3Store(server, { keepsVersions: true });
  },
});

describe('A production server (SeaweedFS) and its accounts', function () {
  this.timeout(120_000);
  let server: StoreServer;
  let client: S3Client;
  const undo: (() => void)[] = [];

  before(async function () {
    const started = await startSeaweedFs({ identities: [guest, writer] });
    if (started.kind === 'unavailable') skipSuite(this, started.reason);
    server = started;
    client = adminClient(server);
    for (const name of ['mine', 'theirs', 'keeper', 'versioned']) {
      await client.send(new CreateBucketCommand({ Bucket: name }));
    }
  });
  afterEach(() => {
    for (const step of undo.splice(0)) step();
  });
  after(async () => {
    // Undefined where there is no server.
    (client as S3Client | undefined)?.destroy();
    await (server as StoreServer | undefined)?.stop();
  });

  function connectAs(credentials: Pick<Identity, 'accessKeyId' | 'secretAccessKey'>): Connection {
    const { endpoint, region } = server;
    undo.push(setAwsVariables(credentials));
    const connection = new S3Connection({
      profile: undefined,
      region,
      endpoint,
      forcePathStyle: true,
    });
    undo.push(() => {
      connection.close();
    });
    return connection;
  }

  it('refuses a wrong secret', async () => {
    const wrong = connectAs({ ...server, secretAccessKey: 'wrong' });
    await assert.rejects(wrong.account.buckets({ signal: signal() }), {
      code: 'credentials-refused',
    });
    await assert.rejects(firstPage(wrong.bucket('mine')), { code: 'credentials-refused' });
  });

  it('refuses an unknown access key', async () => {
    const unknown = connectAs({ accessKeyId: 'nobody', secretAccessKey: 'nothing' });
    await assert.rejects(unknown.account.buckets({ signal: signal() }), {
      code: 'credentials-refused',
    });
  });

  it('gives an account its own bucket and no other', async () => {
    const connection = connectAs(writer);
    const names = (await connection.account.buckets({ signal: signal() })).buckets.map(
      ({ name }) => name,
    );
    assert.deepEqual(names, ['mine']);
    await put(connection.bucket('mine'), 'by the writer');
    await assert.rejects(put(connection.bucket('theirs'), 'by the writer'), {
      code: 'access-denied',
    });
  });

  it('lets an account write that may not list', async () => {
    const connection = connectAs(guest);
    assert.deepEqual((await connection.account.buckets({ signal: signal() })).buckets, []);
    const bucket = connection.bucket('mine');
    await put(bucket, 'by the guest');
    await assert.rejects(firstPage(bucket), { code: 'access-denied' });
  });

  it('needs no right to delete', async () => {
    await client.send(
      new PutBucketPolicyCommand({
        Bucket: 'keeper',
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Deny',
              Principal: '*',
              Action: ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:DeleteBucket'],
              Resource: ['arn:aws:s3:::keeper', 'arn:aws:s3:::keeper/*'],
            },
          ],
        }),
      }),
    );
    const bucket = connectAs(server).bucket('keeper');
    const { etag } = await put(bucket, 'object');
    await bucket.put({
      key: 'object',
      body: Buffer.from('replaced'),
      condition: { kind: 'unchanged', etag },
      attributes,
      signal: signal(),
    });
    const upload = await bucket.startMultipart({ key: 'large', attributes, signal: signal() });
    await bucket.putPart({ upload, partNumber: 1, body: Buffer.from('x'), signal: signal() });
    await bucket.abortMultipart(upload, signal());
    const { Uploads: left = [] } = await client.send(
      new ListMultipartUploadsCommand({ Bucket: 'keeper' }),
    );
    assert.deepEqual(left, []);
  });

  it('tells the versions of an object apart', async () => {
    const bucket = connectAs(server).bucket('versioned');
    assert.equal(await bucket.versioning(signal()), 'off');
    await setVersioning('Enabled');
    assert.equal(await bucket.versioning(signal()), 'enabled');
    const first = await put(bucket, 'object');
    const second = await bucket.put({
      key: 'object',
      body: Buffer.from('second'),
      condition: { kind: 'unchanged', etag: first.etag },
      attributes,
      signal: signal(),
    });
    assert.ok(first.versionId !== undefined && second.versionId !== undefined);
    assert.notEqual(first.versionId, second.versionId);
    assert.equal(
      (await bucket.head({ key: 'object', signal: signal() }))?.versionId,
      second.versionId,
    );
    await client.send(new DeleteObjectCommand({ Bucket: 'versioned', Key: 'object' }));
    const versions: ObjectVersion[] = [];
    for await (const page of bucket.listVersions({ key: 'object', signal: signal() })) {
      versions.push(...page);
    }
    assert.deepEqual(
      versions.map(({ kind, isLatest }) => ({ kind, isLatest })),
      [
        { kind: 'delete-marker', isLatest: true },
        { kind: 'version', isLatest: false },
        { kind: 'version', isLatest: false },
      ],
    );
    const marker = { key: 'object', versionId: versions[0]!.versionId, signal: signal() };
    assert.equal(await bucket.head(marker), undefined);
    await assert.rejects(bucket.get(marker), { code: 'no-such-key' });
    const before = await bucket.head({ ...marker, versionId: second.versionId });
    assert.equal(before?.etag, second.etag);
    await setVersioning('Suspended');
    assert.equal(await bucket.versioning(signal()), 'suspended');
  });

  async function setVersioning(status: 'Enabled' | 'Suspended'): Promise<void> {
    await client.send(
      new PutBucketVersioningCommand({
        Bucket: 'versioned',
        VersioningConfiguration: { Status: status },
      }),
    );
  }
});

const writer: Identity = {
  name: 'writer',
  accessKeyId: 'writerKey',
  secretAccessKey: 'writerSecret',
  actions: ['Read:mine', 'Write:mine', 'List:mine'],
};

const guest: Identity = {
  name: 'guest',
  accessKeyId: 'guestKey',
  secretAccessKey: 'guestSecret',
  actions: ['Read:mine', 'Write:mine'],
};

const attributes = { contentType: 'text/plain', metadata: {} };

function signal(): AbortSignal {
  return AbortSignal.timeout(30_000);
}

function put(bucket: Bucket, key: string): ReturnType<Bucket['put']> {
  const condition = { kind: 'absent' } as const;
  return bucket.put({ key, body: Buffer.from(key), condition, attributes, signal: signal() });
}

function firstPage(bucket: Bucket): Promise<unknown> {
  return bucket.list({ prefix: '', signal: signal() })[Symbol.asyncIterator]().next();
}
