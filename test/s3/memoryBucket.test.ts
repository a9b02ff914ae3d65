import assert from 'node:assert/strict';

import { Failure } from '../../src/engine/failures/failure';
import { memoryBucket } from '../support/memory/memoryBucket';
import { describeBucketContract } from './bucketContract';

describeBucketContract({
  name: 'in memory',
  lacks: {
    missingBucket: 'a bucket in memory is always there',
    partMinimum: 'memory takes parts of any size',
    wire: 'no wire leads to memory',
  },
  open: () => {
    const bucket = memoryBucket();
    return Promise.resolve({
      kind: 'open',
      bucket,
      versionedBucket: memoryBucket({ versioning: 'enabled' }),
      contentTypeOf: key => Promise.resolve(bucket.contentType(key)),
      close: () => Promise.resolve(),
    });
  },
});

describe('The bucket in memory', () => {
  const signal = new AbortController().signal;
  const attributes = { contentType: 'text/plain', metadata: {} };
  const condition = { kind: 'absent' } as const;
  const body = Buffer.from('x');

  it('records the calls, one for each page of a list', async () => {
    const bucket = memoryBucket();
    bucket.place('a', 'a');
    bucket.place('b', 'b');
    for await (const page of bucket.list({ prefix: '', pageSize: 1, signal })) {
      assert.equal(page.length, 1);
    }
    await bucket.head({ key: 'a', signal });
    assert.deepEqual(bucket.calls, [
      { operation: 'list', key: '' },
      { operation: 'list', key: '' },
      { operation: 'head', key: 'a' },
    ]);
  });

  it('fails on request, once, and then does what it is asked', async () => {
    const bucket = memoryBucket();
    bucket.failNext('put', new Failure('store-busy', 'memory'), { key: 'b' });
    const put = (key: string): Promise<unknown> =>
      bucket.put({ key, body, condition, attributes, signal });
    await put('a');
    await assert.rejects(put('b'), { code: 'store-busy' });
    assert.deepEqual(bucket.keys, ['a']);
    await put('b');
    assert.deepEqual(bucket.keys, ['a', 'b']);
  });

  it('holds a call until it is released or cancelled', async () => {
    const bucket = memoryBucket();
    const hold = bucket.holdNext('put');
    const held = bucket.put({ key: 'a', body, condition, attributes, signal });
    await hold.reached;
    assert.deepEqual(bucket.keys, []);
    hold.release();
    await held;
    assert.deepEqual(bucket.keys, ['a']);

    const cancelled = bucket.holdNext('head');
    const controller = new AbortController();
    const head = bucket.head({ key: 'a', signal: controller.signal });
    await cancelled.reached;
    controller.abort();
    await assert.rejects(head, { code: 'cancelled' });

    bucket.holdNext('head');
    const early = new AbortController();
    const onItsWay = bucket.head({ key: 'a', signal: early.signal });
    early.abort();
    await assert.rejects(onItsWay, { code: 'cancelled' });
  });

  it('dates a multipart upload by its beginning', async () => {
    let now = 1_700_000_000_500;
    const bucket = memoryBucket({ now: () => now });
    const upload = await bucket.startMultipart({ key: 'a', attributes, signal });
    now += 60_000;
    const part = await bucket.putPart({ upload, partNumber: 1, body, signal });
    await bucket.completeMultipart({ upload, parts: [part], size: 1, condition, signal });
    assert.equal((await bucket.head({ key: 'a', signal }))?.modifiedAtMs, 1_700_000_000_000);
    assert.deepEqual(bucket.openUploads, []);
  });
});
