import assert from 'node:assert/strict';
import { mock } from 'node:test';

import { BatchProgressCounter } from '../../../src/engine/batch/batchProgress';
import { TransferControl } from '../../../src/engine/network/transferControl';
import type { FilePath } from '../../../src/protocol/folders';
import type { BatchProgress } from '../../../src/protocol/state';

describe('BatchProgressCounter', () => {
  const a = 'a' as FilePath;
  const b = 'b' as FilePath;
  let traffic: TransferControl;
  let counter: BatchProgressCounter;
  let now: number;
  let last: BatchProgress | undefined;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setInterval'] });
    now = 1_000;
    mock.method(performance, 'now', () => now);
    traffic = new TransferControl();
    counter = new BatchProgressCounter({
      work: 'back-up',
      planId: 1,
      files: 3,
      bytes: 300,
      traffic,
      onProgress: progress => (last = progress),
    });
  });
  afterEach(() => {
    counter.stop();
    mock.timers.reset();
    mock.restoreAll();
  });

  function wait(ms: number): void {
    for (let passed = 0; passed < ms; passed += 100) {
      now += 100;
      mock.timers.tick(100);
    }
  }

  it('waits for the store where no byte has moved for ten seconds, and until one moves', () => {
    counter.started(a);
    counter.moved(10);
    wait(9_900);
    assert.equal(last?.awaitsStore, false);
    wait(600);
    assert.equal(last.awaitsStore, true);
    assert.equal(last.bytesPerSecond, 0);
    // A request is sent once more, and no byte has come nearer.
    counter.moved(-10);
    assert.equal(last.awaitsStore, true);
    counter.moved(10);
    assert.equal(last.awaitsStore, false);
  });

  it('waits for nothing while answers come, though they bring no byte', () => {
    counter.started(a);
    wait(8_000);
    counter.started(b);
    counter.ended(a, 'failed');
    wait(8_000);
    assert.equal(last?.awaitsStore, false);
    wait(3_000);
    assert.equal(last.awaitsStore, true);
    counter.ended(b, 'done');
    assert.equal(last.awaitsStore, false);
  });

  it('waits for no store where the user has paused it, or nothing is under way', () => {
    wait(20_000);
    assert.equal(last?.awaitsStore, false);
    counter.started(a);
    assert.equal(last.awaitsStore, false);
    traffic.pause();
    wait(30_000);
    assert.equal(last.awaitsStore, false);
    traffic.resume();
    wait(9_000);
    assert.equal(last.awaitsStore, false);
    wait(2_000);
    assert.equal(last.awaitsStore, true);
  });
});
