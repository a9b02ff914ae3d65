import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';

import { Failure } from '../../src/engine/failures/failure';
import { openStubStore, type StubStore } from '../support/servers/stubStore';

describe('A store that refuses a request for want of a right', () => {
  let store: StubStore;
  let words: string;
  let signal: AbortSignal;

  before(async () => {
    store = await openStubStore((_, response) => {
      refuse(response);
    });
  });
  beforeEach(() => {
    words = 'Access Denied';
    signal = AbortSignal.timeout(20_000);
  });
  after(() => store.close());

  function refuse(response: ServerResponse): void {
    response.writeHead(403, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>AccessDenied</Code><Message>${words}</Message></Error>`);
  }

  async function rightOf(work: Promise<unknown>): Promise<string | undefined> {
    try {
      await work;
    } catch (error) {
      assert.ok(error instanceof Failure, String(error));
      assert.equal(error.code, 'access-denied');
      return error.toRecord().cause?.split(' ← ')[0];
    }
    throw new Error('It was not refused.');
  }

  it('has the right told by the request that it has refused', async () => {
    const { account, bucket } = store;
    const key = 'w/a.txt';
    const attributes = { contentType: 'text/plain', metadata: {} };
    const upload = { key, uploadId: 'u', checksum: 'none' } as const;
    const body = Buffer.from('x');
    for (const [right, request] of [
      ['s3:ListBucket', () => first(bucket.list({ prefix: '', signal }))],
      ['s3:ListBucketVersions', () => first(bucket.listVersions({ key, signal }))],
      ['s3:GetObject', () => bucket.get({ key, signal })],
      ['s3:GetObjectVersion', () => bucket.get({ key, versionId: 'v', signal })],
      ['s3:PutObject', () => bucket.startMultipart({ key, attributes, signal })],
      ['s3:PutObject', () => bucket.putPart({ upload, partNumber: 1, body, signal })],
      ['s3:ListMultipartUploadParts', () => first(bucket.listParts(upload, signal))],
      ['s3:AbortMultipartUpload', () => bucket.abortMultipart(upload, signal)],
      ['s3:ListAllMyBuckets', () => account.buckets({ signal })],
      ['s3:CreateBucket', () => account.create('new', 'us-east-1', signal)],
      ['s3:PutBucketVersioning', () => account.turnOnVersioning('b', signal)],
      ['s3:GetLifecycleConfiguration', () => account.lifecycle('b', signal)],
    ] as const) {
      assert.equal(await rightOf(request()), right);
    }
  });

  it('is believed where it names the right itself', async () => {
    words =
      'User: arn:aws:iam::1:user/anna is not authorized to perform: kms:Decrypt on resource: x';
    assert.equal(await rightOf(first(store.bucket.list({ prefix: '', signal }))), 'kms:Decrypt');
  });
});

async function first(pages: AsyncIterable<unknown>): Promise<void> {
  await pages[Symbol.asyncIterator]().next();
}
