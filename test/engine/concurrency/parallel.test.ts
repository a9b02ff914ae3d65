import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';

import { inParallel } from '../../../src/engine/concurrency/parallel';
import { assertProperty } from '../../support/suite/assertProperty';

describe('parallel', () => {
  it('does each item once, in order, so many at a time', async () => {
    await assertProperty(
      fc.asyncProperty(fc.nat(30), fc.integer({ min: 1, max: 6 }), async (count, width) => {
        const items = Array.from({ length: count }, (_, index) => index);
        const begun: number[] = [];
        let running = 0;
        let most = 0;
        await inParallel(items, width, async item => {
          begun.push(item);
          most = Math.max(most, ++running);
          for (let turns = item % 3; turns > 0; turns--) await nextTurn();
          running--;
        });
        assert.deepEqual(begun, items);
        assert.equal(running, 0);
        assert.ok(most <= width);
      }),
      { numRuns: 50 },
    );
  });

  it('begins nothing after a failure, and throws it when what has begun has ended', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = inParallel([0, 1, 2, 3, 4], 2, async item => {
      begun.push(item);
      if (item === 1) throw new Error('one');
      await nextTurn();
      await nextTurn();
      ended.push(item);
    });
    await assert.rejects(work, { message: 'one' });
    assert.deepEqual(begun, [0, 1]);
    assert.deepEqual(ended, [0]);
  });
});
