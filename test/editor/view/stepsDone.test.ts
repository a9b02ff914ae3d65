import assert from 'node:assert/strict';
import { commands } from 'vscode';

import { StepsDone, type WalkthroughStep } from '../../../src/editor/view/stepsDone';
import { memento } from '../../support/vscode/treeUnderTest';

describe('The steps of the walkthrough', () => {
  it('steps that were done in another window are ticked as soon as the next one starts', async () => {
    const memory = memento();
    const first: WalkthroughStep[] = [];
    const steps = new StepsDone(memory, step => first.push(step));
    assert.deepEqual(first, [], 'a new user has done nothing');
    await steps.note('s3Backup.everCompared');
    await steps.note('s3Backup.backedUp');
    await steps.note('s3Backup.everCompared');
    assert.deepEqual(first, ['s3Backup.everCompared', 's3Backup.backedUp']);

    const next: WalkthroughStep[] = [];
    new StepsDone(memory, step => next.push(step));
    assert.deepEqual(next, first);
  });

  it('are ticked when the walkthrough is opened later in the same window', async () => {
    const { executeCommand } = commands;
    const happened: string[] = [];
    const steps = new StepsDone(memento(), (step, state) => happened.push(`${step} ${state}`));
    await steps.note('s3Backup.everCompared');
    const note = (id: string, ...rest: readonly unknown[]) =>
      id.endsWith('.openWalkthrough')
        ? Promise.resolve(happened.push('opened'))
        : executeCommand(id, ...rest);
    Object.assign(commands, { executeCommand: note });
    try {
      await steps.openWalkthrough();
    } finally {
      Object.assign(commands, { executeCommand });
    }
    assert.deepEqual(happened.slice(1), [
      's3Backup.everCompared open',
      'opened',
      's3Backup.everCompared done',
    ]);
  });
});
