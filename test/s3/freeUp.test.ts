import assert from 'node:assert/strict';

import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

import { S3Connection } from '../../src/engine/s3/s3Connection';
import type { Connection } from '../../src/engine/ports/connection';
import { freeFile } from '../../src/engine/freeUp/freeFile';
import { setAwsVariables } from '../../dev/awsVariables';
import { freeUpUnderTest, type FreeUpUnderTest } from '../support/memory/freeUpUnderTest';
import type { StoreServer } from '../../dev/storeServer';
import { sharedSeaweedFs } from '../support/servers/sharedSeaweedFs';
import { skipSuite } from '../support/suite/skipSuite';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';

const bucket = 'freeing';
const mebibyte = 1 << 20;

/** With the ETags and checksums that a production server gives, of whole objects and of parts. */
describe('Freeing files that are on a production server (SeaweedFS)', function () {
  this.timeout(120_000);
  let server: StoreServer;
  let connection: Connection;
  let client: S3Client;
  let folder: TemporaryFolder;
  let under: FreeUpUnderTest;
  let restoreVariables = (): void => undefined;

  before(async function () {
    const started = await sharedSeaweedFs();
    if (started.kind === 'unavailable') skipSuite(this, started.reason);
    server = started;
    restoreVariables = setAwsVariables(server);
    const { endpoint, region, accessKeyId, secretAccessKey } = server;
    connection = new S3Connection({ profile: undefined, region, endpoint, forcePathStyle: true });
    const credentials = { accessKeyId, secretAccessKey };
    client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  });
  beforeEach(async () => {
    folder = await temporaryFolder('free-on-server');
    under = freeUpUnderTest(folder.path, connection.bucket(bucket));
  });
  afterEach(async () => {
    under.close();
    await folder.remove();
  });
  after(() => {
    restoreVariables();
    // Undefined where there is no server.
    (client as S3Client | undefined)?.destroy();
    (connection as Connection | undefined)?.close();
  });

  for (const [kind, size] of [
    ['an empty file', 0],
    ['a small file', 5],
    ['a file of several parts', 20 * mebibyte],
  ] as const) {
    it(`frees ${kind}`, async () => {
      const name = `${String(size)}.bin`;
      const step = await under.backedUp(name, Buffer.alloc(size, 7));
      await freeFile(step, 'delete', under.tools);
      assert.deepEqual(await under.contents(), {});
      const there = await connection
        .bucket(bucket)
        .head({ key: `w/${name}`, signal: new AbortController().signal });
      assert.equal(there?.size, size);
    });
  }

  it('keeps a file whose copy the server lists under another name', async function () {
    if (process.platform === 'win32') this.skip();
    const step = await under.backedUp('back\\slash', 'mine');
    await assert.rejects(freeFile(step, 'delete', under.tools), { code: 'not-listed' });
    assert.deepEqual(await under.contents(), { 'back\\slash': 'mine' });
  });

  it('keeps a file whose copy was replaced by one of the same size', async () => {
    const step = await under.backedUp('replaced.txt', 'mine');
    await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: 'w/replaced.txt', Body: 'else' }),
    );
    await assert.rejects(freeFile(step, 'delete', under.tools), { code: 'copy-differs' });
    assert.deepEqual(await under.contents(), { 'replaced.txt': 'mine' });
  });

  it('keeps a file whose copy was deleted', async () => {
    const step = await under.backedUp('deleted.txt', 'mine');
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'w/deleted.txt' }));
    await assert.rejects(freeFile(step, 'delete', under.tools), { code: 'no-such-key' });
    assert.deepEqual(await under.contents(), { 'deleted.txt': 'mine' });
  });
});
