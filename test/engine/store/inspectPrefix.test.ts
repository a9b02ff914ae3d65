import assert from 'node:assert/strict';

import { Failure } from '../../../src/engine/failures/failure';
import { inspectPrefix } from '../../../src/engine/store/inspectPrefix';
import { memoryBucket } from '../../support/memory/memoryBucket';

describe('inspectPrefix', () => {
  const { signal } = new AbortController();

  it('counts what stands below the prefix and names three of it', async () => {
    const bucket = memoryBucket();
    for (const key of ['a/1', 'a/2', 'a/b/3', 'a/b/4', 'ab/5', '6']) bucket.place(key, key);
    const contents = await inspectPrefix(bucket, 'a/', signal);
    assert.deepEqual(contents, { kind: 'counted', count: 4, examples: ['1', '2', 'b/3'] });
    assert.deepEqual(await inspectPrefix(bucket, 'none/', signal), {
      kind: 'counted',
      count: 0,
      examples: [],
    });
  });

  it('stops counting at a thousand', async () => {
    const bucket = memoryBucket();
    for (let index = 0; index < 3_500; index++) {
      bucket.place(`k${String(index).padStart(5, '0')}`, '');
    }
    const contents = await inspectPrefix(bucket, '', signal);
    assert.ok(contents.kind === 'more-than');
    assert.equal(contents.count, 1_000);
    assert.ok(bucket.calls.length <= 2, 'The rest was not listed.');
  });

  it('does not know where it may not list, and fails where there is no bucket', async () => {
    const bucket = memoryBucket();
    bucket.failNext('list', new Failure('access-denied', 'memory'));
    assert.deepEqual(await inspectPrefix(bucket, '', signal), { kind: 'unknown' });
    bucket.failNext('list', new Failure('no-such-bucket', 'memory'));
    await assert.rejects(inspectPrefix(bucket, '', signal), { code: 'no-such-bucket' });
  });
});
