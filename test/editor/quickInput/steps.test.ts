import assert from 'node:assert/strict';

import {
  runSteps,
  type Step,
  type StepPosition,
  type Transition,
} from '../../../src/editor/quickInput/steps';

describe('Steps', () => {
  /** A step that notes where it stands and then turns as it is told, once for each time asked. */
  function told(
    asked: string[],
    name: string,
    ...fileLock: readonly Transition<string>[]
  ): Step<string> {
    const left = [...fileLock];
    return ({ number, wayBack }: StepPosition) => {
      asked.push(`${name} ${String(number)} ${wayBack}`);
      return Promise.resolve(left.shift() ?? { kind: 'cancelled' });
    };
  }

  it('lead forth and back, and end with a result', async () => {
    const asked: string[] = [];
    const second = told(asked, 'second', { kind: 'back' }, { kind: 'done', result: 'end' });
    const turn = { kind: 'next', step: second } as const;
    assert.equal(await runSteps(told(asked, 'first', turn, turn)), 'end');
    assert.deepEqual(asked, ['first 1 closed', 'second 2 open', 'first 1 closed', 'second 2 open']);
  });

  it('cannot be undone where one leads onward', async () => {
    const asked: string[] = [];
    const third = told(asked, 'third', { kind: 'done', result: 'end' });
    const second = told(asked, 'second', { kind: 'onward', step: third });
    await runSteps(told(asked, 'first', { kind: 'next', step: second }));
    assert.deepEqual(asked, ['first 1 closed', 'second 2 open', 'third 3 closed']);
  });

  it('give nothing when the user leaves, at any of them', async () => {
    const asked: string[] = [];
    const second = told(asked, 'second', { kind: 'cancelled' });
    assert.equal(await runSteps(told(asked, 'a', { kind: 'next', step: second })), undefined);
    assert.equal(await runSteps(told(asked, 'b', { kind: 'back' })), undefined);
  });
});
