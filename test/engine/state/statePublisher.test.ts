import assert from 'node:assert/strict';
import { mock } from 'node:test';

import { StatePublisher } from '../../../src/engine/state/statePublisher';
import type { ComparisonTotals } from '../../../src/protocol/comparisons';
import type { BatchProgress, State } from '../../../src/protocol/state';

const failure = { code: 'unreachable', subject: 'x', cause: undefined } as const;

function progress(planId: number, filesDone = 0): BatchProgress {
  return {
    work: 'back-up',
    planId,
    files: 9,
    bytes: 9,
    filesDone,
    bytesDone: 0,
    done: 0,
    failed: 0,
    bytesPerSecond: 0,
    secondsLeft: undefined,
    awaitsStore: false,
    current: undefined,
  };
}

describe('StatePublisher', () => {
  let publisher: StatePublisher;
  let published: { readonly at: number; readonly state: State }[];
  let comparisons: ComparisonTotals[];
  let now: number;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    now = 1_000;
    mock.method(performance, 'now', () => now);
    published = [];
    comparisons = [];
    publisher = new StatePublisher(
      state => published.push({ at: now, state }),
      () => ({ comparisons, unfinished: [] }),
    );
  });
  afterEach(() => {
    publisher.dispose();
    mock.timers.reset();
    mock.restoreAll();
  });

  function wait(ms: number): void {
    for (let passed = 0; passed < ms; passed++) {
      now++;
      mock.timers.tick(1);
    }
  }

  function kinds(): readonly string[] {
    return published.map(({ state }) => state.kind);
  }

  it('tells that somebody waits for a look, until that is over', () => {
    publisher.looking('file:///f');
    publisher.flush();
    assert.deepEqual(published.at(-1)?.state, {
      kind: 'looking',
      folder: 'file:///f',
      comparisons: [],
      unfinished: [],
    });
    publisher.looking(undefined);
    publisher.flush();
    assert.deepEqual(kinds(), ['looking', 'idle']);
    publisher.looking(undefined);
    publisher.flush();
    assert.equal(published.length, 2);
  });

  it('tells that batches rest, with how far they are, and that they go on', () => {
    publisher.batch(progress(1, 3));
    publisher.paused({ kind: 'asked-for' });
    publisher.flush();
    const paused = published.at(-1)?.state;
    assert.ok(paused?.kind === 'paused');
    assert.equal(paused.why.kind, 'asked-for');
    assert.equal(paused.batches[0]?.filesDone, 3);
    publisher.paused(undefined);
    publisher.flush();
    assert.equal(published.at(-1)?.state.kind, 'transferring');
    publisher.paused({ kind: 'asked-for' });
    publisher.batchEnded(1);
    publisher.flush();
    assert.equal(published.at(-1)?.state.kind, 'idle');
  });

  it('publishes at most ten states a second, and always the last one', () => {
    for (let change = 0; change < 1_000; change++) {
      publisher.batch(progress(1, change));
      wait(1);
    }
    wait(200);
    assert.ok(published.length <= 11, String(published.length));
    const times = published.map(({ at }) => at);
    for (const [index, at] of times.entries()) {
      if (index > 0) assert.ok(at - (times[index - 1] ?? 0) >= 100);
    }
    const last = published.at(-1)?.state;
    assert.ok(last?.kind === 'transferring');
    assert.equal(last.batches[0]?.filesDone, 999);
  });

  it('publishes nothing where nothing has changed', () => {
    wait(1_000);
    publisher.flush();
    assert.deepEqual(published, []);
  });

  it('publishes what waits at once where it is flushed, and not again', () => {
    publisher.failed('f', failure);
    publisher.flush();
    assert.deepEqual(kinds(), ['failed']);
    publisher.failed('f', undefined);
    publisher.flush();
    wait(500);
    assert.deepEqual(kinds(), ['failed', 'idle']);
  });

  it('tells the failure of each folder until it no longer matters', () => {
    const other = { ...failure, code: 'access-denied' } as const;
    const told = () => {
      publisher.flush();
      const state = published.at(-1)?.state;
      return state?.kind === 'failed' ? state.failures : undefined;
    };
    publisher.failed('f', failure);
    publisher.failed('g', failure);
    publisher.failed('g', other);
    assert.deepEqual(told(), [
      { folder: 'f', failure },
      { folder: 'g', failure: other },
    ]);
    publisher.failed('f', undefined);
    assert.deepEqual(told(), [{ folder: 'g', failure: other }]);
    publisher.failed('g', undefined);
    assert.equal(told(), undefined);
  });

  it('tells of batches before a comparison, of that before a failure, of that before the rest', () => {
    const shown = () => {
      publisher.flush();
      return published.at(-1)?.state.kind;
    };
    publisher.changed();
    assert.equal(shown(), 'idle');
    comparisons = [{} as ComparisonTotals];
    publisher.changed();
    assert.equal(shown(), 'compared');
    publisher.failed('f', failure);
    assert.equal(shown(), 'failed');
    publisher.comparing({ kind: 'comparing', folder: 'f', localFiles: 1, cloudFiles: 2 });
    assert.equal(shown(), 'comparing');
    publisher.connecting({ kind: 'connecting', folder: 'f', attempt: 2, attempts: 4 });
    assert.equal(shown(), 'comparing');
    publisher.batch(progress(1));
    publisher.batch(progress(2));
    publisher.batch(progress(1, 5));
    assert.equal(shown(), 'transferring');
    const state = published.at(-1)?.state;
    assert.ok(state?.kind === 'transferring');
    assert.deepEqual(
      state.batches.map(({ planId, filesDone }) => [planId, filesDone]),
      [
        [1, 5],
        [2, 0],
      ],
    );
    assert.equal(state.comparisons.length, 1);
    publisher.batchEnded(1);
    assert.equal(shown(), 'transferring');
    publisher.batchEnded(2);
    assert.equal(shown(), 'comparing');
    publisher.comparing(undefined);
    assert.equal(shown(), 'connecting');
    publisher.connecting(undefined);
    assert.equal(shown(), 'failed');
    publisher.failed('f', undefined);
    assert.equal(shown(), 'compared');
  });

  it('publishes nothing more when it is disposed', () => {
    publisher.batch(progress(1));
    publisher.dispose();
    publisher.flush();
    publisher.batchEnded(1);
    publisher.flush();
    wait(1_000);
    assert.deepEqual(published, []);
  });
});
