import assert from 'node:assert/strict';
import { mock } from 'node:test';

import { TokenBucket } from '../../../src/engine/network/tokenBucket';

describe('TokenBucket', () => {
  const signal = new AbortController().signal;
  /** In milliseconds; nothing here waits for a clock on the wall. */
  let now: number;

  beforeEach(() => {
    now = 0;
    mock.timers.enable({ apis: ['setTimeout'] });
    mock.method(performance, 'now', () => now);
  });
  afterEach(() => {
    mock.timers.reset();
    mock.restoreAll();
  });

  function pass(milliseconds: number): void {
    for (let n = 0; n < milliseconds; n++) {
      now += 1;
      mock.timers.tick(1);
    }
  }

  /** After how many milliseconds something has ended. */
  async function timeFor(work: () => Promise<unknown>): Promise<number> {
    const begun = now;
    const ended = work().then(() => true);
    for (;;) {
      if (await Promise.race([ended, settled().then(() => false)])) return now - begun;
      assert.ok(now - begun < 60_000, 'It never ends.');
      pass(1);
    }
  }

  /** Lets everything happen that waits for no time to pass. */
  function settled(): Promise<void> {
    return new Promise(resolve => {
      setImmediate(resolve);
    });
  }

  it('holds nobody up without a limit', async () => {
    const bucket = new TokenBucket();
    const time = await timeFor(async () => {
      for (let n = 0; n < 1000; n++) await bucket.take(1 << 20, signal);
    });
    assert.equal(time, 0);
  });

  it('keeps to the limit, whoever asks and however much', async () => {
    const bucket = new TokenBucket();
    bucket.setLimit(100_000);
    const amounts = [10_000, 25_000, 5_000, 20_000];
    const time = await timeFor(() =>
      Promise.all([...amounts, 1].map(bytes => bucket.take(bytes, signal))),
    );
    // The last byte goes when the 60,000 before it are paid for.
    assert.equal(time, 600);
  });

  it('serves in the order of asking', async () => {
    const bucket = new TokenBucket();
    bucket.setLimit(200_000);
    const order: number[] = [];
    const bytes = [20_000, 1, 10_000, 1];
    await timeFor(() =>
      Promise.all(bytes.map((wanted, n) => bucket.take(wanted, signal).then(() => order.push(n)))),
    );
    assert.deepEqual(order, [0, 1, 2, 3]);
  });

  it('lets a new limit hold for those who wait', async () => {
    const bucket = new TokenBucket();
    bucket.setLimit(1);
    await bucket.take(1000, signal);
    const waiting = bucket.take(1000, signal);
    const time = await timeFor(() => {
      bucket.setLimit(undefined);
      return waiting;
    });
    assert.equal(time, 0);
  });

  it('makes no burst of an idle time', async () => {
    const bucket = new TokenBucket();
    bucket.setLimit(10_000);
    await bucket.take(2_000, signal);
    pass(1_000);
    // No more than a quarter of a second was saved.
    await bucket.take(4_500, signal);
    assert.equal(await timeFor(() => bucket.take(1, signal)), 200);
  });

  it('lets go of who is cancelled, and serves the others', async () => {
    const bucket = new TokenBucket();
    bucket.setLimit(10_000);
    await bucket.take(500, signal);
    const controller = new AbortController();
    const cancelled = bucket.take(1_000_000, controller.signal);
    const next = bucket.take(1, signal);
    controller.abort();
    await assert.rejects(cancelled, { code: 'cancelled' });
    assert.equal(await timeFor(() => next), 50);
    await assert.rejects(bucket.take(1, AbortSignal.abort()), { code: 'cancelled' });
  });
});
