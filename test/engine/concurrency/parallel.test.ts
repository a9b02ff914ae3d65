import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';

import { inLanes, inParallel, type Width } from '../../../src/engine/concurrency/parallel';
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

  it('begins a lane where the width grows, and ends one where it shrinks', async () => {
    const listeners = new Set<() => void>();
    const width: { current: number } & Width = {
      current: 2,
      onGrown: listener => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    const setWidth = (to: number) => {
      width.current = to;
      for (const listener of [...listeners]) listener();
    };
    const running = new Map<number, () => void>();
    const ended: number[] = [];
    const work = inLanes(Array(12).keys(), width, async item => {
      await new Promise<void>(resolve => running.set(item, resolve));
      running.delete(item);
      ended.push(item);
    });
    const endOne = async () => {
      for (const [, end] of [...running].slice(0, 1)) end();
      await nextTurn();
    };
    assert.deepEqual([...running.keys()], [0, 1]);
    setWidth(5);
    assert.deepEqual([...running.keys()], [0, 1, 2, 3, 4]);
    setWidth(1);
    assert.equal(running.size, 5);
    for (let left = 4; left >= 1; left--) {
      await endOne();
      assert.equal(running.size, left);
    }
    await endOne();
    assert.deepEqual([...running.keys()], [5]);
    setWidth(3);
    assert.deepEqual([...running.keys()], [5, 6, 7]);
    while (ended.length < 12) await endOne();
    await work;
    assert.deepEqual(ended, [...Array(12).keys()]);
    assert.equal(listeners.size, 0);
  });
});
