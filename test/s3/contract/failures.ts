import assert from 'node:assert/strict';

import { newKey, patience, put, startMultipart, listAll, assertFails } from './calls';
import type { Harness } from './harness';

/** What is not there is named. */
export function describeFailures({ bucket, opened, itWhere }: Harness): void {
  describe('failures', () => {
    it('finds no head where there is no object', async () => {
      assert.equal(await bucket().head({ key: newKey(), signal: patience() }), undefined);
    });

    it('names the key that is not there', async () => {
      const key = newKey();
      const failure = await assertFails('no-such-key', bucket().get({ key, signal: patience() }));
      assert.equal(failure.subject, key);
    });

    itWhere('missingBucket', 'names the bucket that is not there', async () => {
      const { missingBucket } = opened();
      assert.ok(missingBucket);
      const attempts = [
        () => listAll(missingBucket, ''),
        () => put(missingBucket, 'key', Buffer.from('x')),
        () => startMultipart(missingBucket, 'key'),
      ];
      for (const attempt of attempts) {
        const failure = await assertFails('no-such-bucket', attempt());
        assert.equal(failure.subject, missingBucket.name);
      }
    });
  });
}
