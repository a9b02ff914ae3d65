import assert from 'node:assert/strict';
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
});
