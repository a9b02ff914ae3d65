import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';

import { tokenBucket } from '../../../src/engine/network/tokenBucket';

describe('pacer', () => {
  const signal = new AbortController().signal;

  async function secondsFor(work: () => Promise<unknown>): Promise<number> {
    const begun = performance.now();
    await work();
    return (performance.now() - begun) / 1000;
  }

  it('holds nobody up without a limit', async () => {
    const pace = tokenBucket();
    const seconds = await secondsFor(async () => {
      for (let n = 0; n < 1000; n++) await pace.take(1 << 20, signal);
    });
    assert.ok(seconds < 0.5, String(seconds));
  });

  it('keeps to the limit, whoever asks and however much', async () => {
    const pace = tokenBucket();
    pace.limit(100_000);
    const amounts = [10_000, 25_000, 5_000, 20_000];
    const seconds = await secondsFor(() =>
      Promise.all([...amounts, 1].map(bytes => pace.take(bytes, signal))),
    );
    // The last byte goes when the 60,000 before it are paid for.
    assert.ok(seconds >= 0.58 && seconds < 1.5, String(seconds));
  });

  it('serves in the order of asking', async () => {
    const pace = tokenBucket();
    pace.limit(200_000);
    const order: number[] = [];
    const bytes = [20_000, 1, 10_000, 1];
    await Promise.all(
      bytes.map((wanted, n) => pace.take(wanted, signal).then(() => order.push(n))),
    );
    assert.deepEqual(order, [0, 1, 2, 3]);
  });

  it('lets a new limit hold for those who wait', async () => {
    const pace = tokenBucket();
    pace.limit(1);
    await pace.take(1000, signal);
    const waiting = pace.take(1000, signal);
    const seconds = await secondsFor(() => {
      pace.limit(undefined);
      return waiting;
    });
    assert.ok(seconds < 0.5, String(seconds));
  });

  it('makes no burst of an idle time', async () => {
    const pace = tokenBucket();
    pace.limit(10_000);
    await pace.take(2_000, signal);
    await new Promise(resolve => setTimeout(resolve, 1_000));
    // No more than a quarter of a second was saved.
    await pace.take(4_500, signal);
    const seconds = await secondsFor(() => pace.take(1, signal));
    assert.ok(seconds >= 0.15, String(seconds));
  });

  it('lets go of who is cancelled, and serves the others', async () => {
    const pace = tokenBucket();
    pace.limit(10_000);
    await pace.take(500, signal);
    const controller = new AbortController();
    const cancelled = pace.take(1_000_000, controller.signal);
    const next = pace.take(1, signal);
    controller.abort();
    await assert.rejects(cancelled, { code: 'cancelled' });
    await next;
    await assert.rejects(pace.take(1, AbortSignal.abort()), { code: 'cancelled' });
  });
});
