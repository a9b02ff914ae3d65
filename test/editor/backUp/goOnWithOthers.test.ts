import assert from 'node:assert/strict';

import { goOnWithOthers } from '../../../src/editor/backUp/goOnWithOthers';
import { RunningOperations } from '../../../src/editor/client/runningOperations';
import type { Work } from '../../../src/protocol/rows';
import type { PauseReason, State } from '../../../src/protocol/state';

const failure = { code: 'credentials-expired', subject: 'AWS', cause: undefined } as const;

describe('A batch while other credentials are chosen', () => {
  let operations: RunningOperations;
  let happened: string[];

  beforeEach(() => {
    operations = new RunningOperations();
    happened = [];
  });
  afterEach(() => {
    operations.dispose();
  });

  /** A batch that ends a moment after it was cancelled. */
  function run(): Promise<void> {
    return operations.run(
      token =>
        new Promise(resolve => {
          token.onCancellationRequested(() => {
            setImmediate(() => {
              happened.push('ended');
              resolve();
            });
          });
        }),
    );
  }

  function paused(why: PauseReason, work: Work = 'back-up'): State {
    return { kind: 'paused', why, batches: [{ work }] } as unknown as State;
  }

  function choose(state: State): Promise<boolean> {
    return goOnWithOthers({ engine: { state }, operations }, () => {
      happened.push('resumed');
      return Promise.resolve();
    });
  }

  it('goes on with these where it waits for credentials, once it has ended', async () => {
    void run();
    assert.equal(await choose(paused({ kind: 'sign-in-needed', failure })), true);
    assert.deepEqual(happened, ['ended', 'resumed']);
  });

  it('is left alone where it runs, waits for the store or the user, or is no back-up', async () => {
    void run();
    for (const state of [
      { ...paused({ kind: 'asked-for' }), kind: 'transferring' } as State,
      paused({ kind: 'asked-for' }),
      paused({ kind: 'store-unreachable', failure }),
      paused({ kind: 'sign-in-needed', failure }, 'restore'),
    ]) {
      assert.equal(await choose(state), false);
    }
    assert.deepEqual(happened, []);
  });
});
