import assert from 'node:assert/strict';
import fc from 'fast-check';

import { Semaphore } from '../../../src/engine/concurrency/semaphore';
import { assertProperty } from '../../support/suite/assertProperty';

const never = new AbortController().signal;

describe('Semaphore', () => {
  it('gives no place to one that is cancelled together with those before it', async () => {
    const shared = new Semaphore({ places: Infinity, bytes: 10 });
    const controller = new AbortController();
    const first = await shared.acquire(9, controller.signal);
    // When the second one leaves, there is room for the third, which has not heard of it yet.
    const second = shared.acquire(10, controller.signal);
    const third = shared.acquire(1, controller.signal);
    controller.abort();
    await assert.rejects(second, { code: 'cancelled' });
    await assert.rejects(third, { code: 'cancelled' });
    first();
    (await shared.acquire(10, new AbortController().signal))();
  });

  it('takes more or fewer places from now on, and lets no one lose theirs', async () => {
    const shared = new Semaphore({ places: 1, bytes: 100 });
    const signal = new AbortController().signal;
    const first = await shared.acquire(1, signal);
    shared.setPlaces(2);
    const second = await shared.acquire(1, signal);
    shared.setPlaces(1);
    let third = false;
    const waiting = shared.acquire(1, signal).then(leave => {
      third = true;
      return leave;
    });
    first();
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(third, false);
    second();
    (await waiting)();
    assert.equal(third, true);
  });

  it('is never exceeded, serves in the order of asking, and is whole in the end', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('take' as const), bytes: fc.nat(15) }),
      fc.record({ kind: fc.constantFrom('release', 'cancel'), which: fc.nat() }),
    );
    await assertProperty(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 12 }),
        async (all, places, bytes) => {
          const shared = new Semaphore({ places: places, bytes: bytes });
          const held: { bytes: number; release: () => void }[] = [];
          const waiting: { id: number; controller: AbortController }[] = [];
          const served: number[] = [];
          const takings: Promise<void>[] = [];
          for (const [id, doing] of all.entries()) {
            if (doing.kind === 'take') {
              const controller = new AbortController();
              waiting.push({ id, controller });
              const taking = shared.acquire(doing.bytes, controller.signal).then(
                release => {
                  held.push({ bytes: Math.min(bytes, doing.bytes), release });
                  served.push(id);
                  waiting.splice(
                    waiting.findIndex(other => other.id === id),
                    1,
                  );
                },
                (error: unknown) => {
                  assert.equal((error as { code?: string }).code, 'cancelled');
                },
              );
              takings.push(taking);
            } else if (doing.kind === 'release') {
              const [returned] = held.splice(doing.which % Math.max(1, held.length), 1);
              returned?.release();
              // Returning twice returns nothing more.
              returned?.release();
            } else {
              const [cancelled] = waiting.splice(doing.which % Math.max(1, waiting.length), 1);
              cancelled?.controller.abort();
            }
            await new Promise(resolve => setImmediate(resolve));
            assert.ok(held.length <= places);
            assert.ok(held.reduce((sum, taken) => sum + taken.bytes, 0) <= bytes);
          }
          while (held.length > 0) {
            held.pop()?.release();
            await new Promise(resolve => setImmediate(resolve));
          }
          await Promise.all(takings);
          assert.deepEqual(waiting, []);
          assert.deepEqual(
            served,
            [...served].sort((one, other) => one - other),
          );
          // All of it is there again.
          const whole = await shared.acquire(bytes, never);
          whole();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives what is larger than all of it the whole, alone', async () => {
    const shared = new Semaphore({ places: 4, bytes: 10 });
    const release = await shared.acquire(100, never);
    let second = false;
    const waiting = shared.acquire(0, never).then(() => {
      second = true;
    });
    await waiting;
    assert.ok(second, 'nothing but a place is needed for no bytes');
    let third = false;
    const more = shared.acquire(1, never).then(() => {
      third = true;
    });
    await new Promise(resolve => setImmediate(resolve));
    assert.ok(!third);
    release();
    await more;
  });

  it('lets no small one pass a large one that waits', async () => {
    const shared = new Semaphore({ places: 4, bytes: 10 });
    const first = await shared.acquire(6, never);
    const order: string[] = [];
    const large = shared.acquire(8, never).then(release => {
      order.push('large');
      release();
    });
    const small = shared.acquire(1, never).then(release => {
      order.push('small');
      release();
    });
    await new Promise(resolve => setImmediate(resolve));
    assert.deepEqual(order, []);
    first();
    await Promise.all([large, small]);
    assert.deepEqual(order, ['large', 'small']);
  });

  it('serves those behind a cancelled one at once', async () => {
    const shared = new Semaphore({ places: 4, bytes: 10 });
    await shared.acquire(6, never);
    const controller = new AbortController();
    const large = shared.acquire(8, controller.signal);
    const small = shared.acquire(1, never);
    controller.abort();
    await assert.rejects(large, { code: 'cancelled' });
    await small;
    await assert.rejects(shared.acquire(1, AbortSignal.abort()), { code: 'cancelled' });
  });
});
