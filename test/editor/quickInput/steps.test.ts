import assert from 'node:assert/strict';

import {
  runSteps,
  type Step,
  type StepPosition,
  type Transition,
} from '../../../src/editor/quickInput/steps';

describe('Steps', () => {
  /** A step that notes where it stands, and then takes the next of the given transitions. */
  function stepTaking(
    asked: string[],
    name: string,
    ...transitions: readonly Transition<string>[]
  ): Step<string> {
    const left = [...transitions];
    return ({ number, canGoBack }: StepPosition) => {
      asked.push(`${name} ${String(number)} ${canGoBack ? 'open' : 'closed'}`);
      return Promise.resolve(left.shift() ?? { kind: 'cancelled' });
    };
  }

  it('lead forth and back, and end with a result', async () => {
    const asked: string[] = [];
    const second = stepTaking(asked, 'second', { kind: 'back' }, { kind: 'done', result: 'end' });
    const next = { kind: 'next', step: second } as const;
    assert.equal(await runSteps(stepTaking(asked, 'first', next, next)), 'end');
    assert.deepEqual(asked, ['first 1 closed', 'second 2 open', 'first 1 closed', 'second 2 open']);
  });

  it('cannot be undone after one that allows no return', async () => {
    const asked: string[] = [];
    const third = stepTaking(asked, 'third', { kind: 'done', result: 'end' });
    const second = stepTaking(asked, 'second', { kind: 'no-return', step: third });
    await runSteps(stepTaking(asked, 'first', { kind: 'next', step: second }));
    assert.deepEqual(asked, ['first 1 closed', 'second 2 open', 'third 3 closed']);
  });

  it('give nothing when the user leaves, at any of them', async () => {
    const asked: string[] = [];
    const second = stepTaking(asked, 'second', { kind: 'cancelled' });
    assert.equal(await runSteps(stepTaking(asked, 'a', { kind: 'next', step: second })), undefined);
    assert.equal(await runSteps(stepTaking(asked, 'b', { kind: 'back' })), undefined);
  });
});
