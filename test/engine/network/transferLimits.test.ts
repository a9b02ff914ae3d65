import assert from 'node:assert/strict';
import { mock } from 'node:test';

import { initialLevel, maxPlaces } from '../../../src/engine/network/concurrencyLevel';
import { TransferControl } from '../../../src/engine/network/transferControl';
import { TransferLimits } from '../../../src/engine/network/transferLimits';

describe('The limits of transfers', () => {
  let now: number;
  beforeEach(() => {
    now = 0;
    mock.method(performance, 'now', () => now);
  });
  afterEach(() => {
    mock.restoreAll();
  });

  /** Lets requests go for a second as if each took so long; all places are taken. */
  async function work(limits: TransferLimits, traffic: TransferControl, eachMs: number) {
    const signal = new AbortController().signal;
    const releases: (() => void)[] = [];
    for (const end = now + 1_000; now < end;) {
      while (!limits.semaphore.arePlacesTaken) {
        releases.push(await limits.semaphore.acquire(1, signal));
      }
      now += eachMs;
      const ended = releases.splice(0);
      ended.forEach(() => {
        traffic.onSent({ bytes: 4096, ms: eachMs, wasBusy: false });
      });
      for (const release of ended) release();
    }
  }

  it('let more files go side by side where the store is far away, and tell it', async () => {
    const traffic = new TransferControl();
    const limits = new TransferLimits(traffic);
    limits.set({});
    assert.ok(limits.lanes.current >= initialLevel.places);
    const before = limits.lanes.current;
    const grown: number[] = [];
    const stop = limits.lanes.onGrown(() => grown.push(limits.lanes.current));
    await work(limits, traffic, 20);
    assert.equal(limits.lanes.current, before + maxPlaces - initialLevel.places);
    assert.equal(grown.at(-1), limits.lanes.current);
    stop();
    traffic.onSent({ bytes: 0, ms: 20, wasBusy: true });
    await work(limits, traffic, 20);
    assert.ok(limits.lanes.current < before + maxPlaces - initialLevel.places);
  });

  it('are what the settings say, whatever would be faster', async () => {
    const traffic = new TransferControl();
    const limits = new TransferLimits(traffic);
    limits.set({ concurrency: 3 });
    const before = limits.lanes.current;
    await work(limits, traffic, 20);
    assert.equal(limits.lanes.current, before);
    limits.set({});
    assert.ok(limits.lanes.current > before);
  });
});
