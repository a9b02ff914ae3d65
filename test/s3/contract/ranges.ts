import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { newKey, patience, put, collect, assertFails, someEtag } from './calls';
import type { Harness } from './harness';

/** Parts of an object. */
export function describeRanges({ bucket }: Harness): void {
  describe('ranges', () => {
    it('equal the slices of the whole', async () => {
      const key = newKey();
      const whole = randomBytes(100_000);
      const { etag } = await put(bucket(), key, whole);
      const edges = [0, 1, 4_095, 65_536, 99_998, 99_999, 100_000];
      for (const start of edges) {
        for (const end of edges.filter(edge => edge > start)) {
          const { head, body } = await bucket().get({
            key,
            ifMatch: etag,
            range: { start, end },
            signal: patience(),
          });
          const bytes = await collect(body);
          assert.ok(bytes.equals(whole.subarray(start, end)), `${String(start)}–${String(end)}`);
          assert.equal(head.size, whole.length);
          assert.deepEqual(head.checksums, []);
        }
      }
    });

    it('are given only of the object that was seen', async () => {
      const key = newKey();
      await put(bucket(), key, Buffer.from('changed'));
      const range = { start: 0, end: 3 };
      await assertFails(
        'changed-in-cloud',
        bucket().get({ key, ifMatch: someEtag, range, signal: patience() }),
      );
      const beyond = { start: 7, end: 9 };
      await assertFails(
        'changed-in-cloud',
        bucket().get({ key, range: beyond, signal: patience() }),
      );
    });
  });
}
