import assert from 'node:assert/strict';

import {
  newKey,
  patience,
  unchanged,
  put,
  read,
  collect,
  assertFails,
  assertFailure,
  someEtag,
} from './calls';
import type { Harness } from './harness';

/** No write without one. */
export function describeConditions({ bucket, itWhere }: Harness): void {
  describe('conditions', () => {
    it('does not write where "absent" finds an object', async () => {
      const key = newKey();
      await put(bucket(), key, Buffer.from('theirs'));
      await assertFails('changed-in-cloud', put(bucket(), key, Buffer.from('ours')));
      assert.equal((await read(bucket(), key)).toString(), 'theirs');
    });

    it('takes an object with just the bytes to be written for its own', async () => {
      const key = newKey();
      const { etag } = await put(bucket(), key, Buffer.from('ours'));
      assert.equal((await put(bucket(), key, Buffer.from('ours'))).etag, etag);
      const condition = unchanged(someEtag);
      assert.equal((await put(bucket(), key, Buffer.from('ours'), { condition })).etag, etag);
    });

    it('replaces the object that was seen', async () => {
      const key = newKey();
      const { etag } = await put(bucket(), key, Buffer.from('before'));
      const stored = await put(bucket(), key, Buffer.from('after'), { condition: unchanged(etag) });
      assert.equal((await read(bucket(), key)).toString(), 'after');
      assert.notEqual(stored.etag, etag);
      assert.equal((await bucket().head({ key, signal: patience() }))?.etag, stored.etag);
    });

    it('does not replace an object that has changed since it was seen', async () => {
      const key = newKey();
      const { etag } = await put(bucket(), key, Buffer.from('seen'));
      await put(bucket(), key, Buffer.from('theirs'), { condition: unchanged(etag) });
      await assertFails(
        'changed-in-cloud',
        put(bucket(), key, Buffer.from('ours'), { condition: unchanged(etag) }),
      );
      assert.equal((await read(bucket(), key)).toString(), 'theirs');
    });

    it('does not write where the object that was seen is gone', async () => {
      const key = newKey();
      await assertFails(
        'changed-in-cloud',
        put(bucket(), key, Buffer.from('ours'), { condition: unchanged(someEtag) }),
      );
      assert.equal(await bucket().head({ key, signal: patience() }), undefined);
    });

    itWhere('atomicConditions', 'lets one of several writers win', async () => {
      const key = newKey();
      const bodies = Array.from({ length: 8 }, (_, index) =>
        Buffer.from(`writer ${String(index)}`),
      );
      const results = await Promise.allSettled(bodies.map(body => put(bucket(), key, body)));
      const winners = bodies.filter((_, index) => results[index]?.status === 'fulfilled');
      assert.equal(winners.length, 1);
      assert.deepEqual(await read(bucket(), key), winners[0]);
      for (const result of results) {
        if (result.status === 'rejected') assertFailure('changed-in-cloud', result.reason);
      }
    });

    it('reads the object only as it was seen', async () => {
      const key = newKey();
      const { etag } = await put(bucket(), key, Buffer.from('seen'));
      const { body } = await bucket().get({ key, ifMatch: etag, signal: patience() });
      assert.equal((await collect(body)).toString(), 'seen');
      await assertFails(
        'changed-in-cloud',
        bucket().get({ key, ifMatch: someEtag, signal: patience() }),
      );
    });
  });
}
