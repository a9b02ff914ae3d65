import assert from 'node:assert/strict';

import { stopBackingUp } from '../../../src/editor/setUp/stopBackingUp';
import type { FolderSetup } from '../../../src/protocol/folders';
import { answerWith, type Answers } from '../../support/vscode/answers';
import { workspaceFolder } from '../../support/vscode/extensionUnderTest';
import { listenTo } from '../../support/vscode/messages';

describe('Stop Backing Up This Folder', () => {
  let answers: Answers;
  let done: string[];
  let hasKey: boolean;
  let isBusy: boolean;

  beforeEach(() => {
    done = [];
    hasKey = false;
    isBusy = false;
  });
  afterEach(() => {
    answers.restore();
  });

  function stop(status: string): Promise<void> {
    const deps = {
      engine: {
        sendRequest: (_: unknown, { bucket, prefix }: FolderSetup) => {
          done.push(`forgets ${bucket}/${prefix}`);
          return Promise.resolve(2);
        },
        notify: () => undefined,
      },
      operations: {
        get isEmpty() {
          return !isBusy;
        },
      },
      profiles: { settings: () => ({}), chosen: () => undefined },
      accessKeys: {
        get: () => Promise.resolve(hasKey ? {} : undefined),
        remove: () => Promise.resolve(done.push('removes the key')),
      },
      targets: {
        statusOf: () => ({ kind: status, target: { bucket: 'b', prefix: 'p/' } }),
        recordId: () => 'f',
        kin: () => [],
        stop: (_: unknown, conflicts: number) => done.push(`stops with ${String(conflicts)} open`),
      },
    };
    return stopBackingUp(deps as unknown as Parameters<typeof stopBackingUp>[0], [
      workspaceFolder(),
    ]);
  }

  it('asks first, and forgets only then', async () => {
    answers = answerWith('Keep Backing Up');
    await stop('known');
    assert.equal(answers.questions.length, 1);
    const [{ buttons, detail } = { buttons: [], detail: '' }] = answers.questions;
    assert.equal(buttons[0], 'Keep Backing Up', 'Enter presses the first one.');
    assert.match(detail, /s3:\/\/b\/p\//);
    assert.deepEqual(done, []);
  });

  it('forgets the receipts, and then the bucket by which they are found', async () => {
    answers = answerWith('Stop Backing Up');
    await stop('known');
    assert.deepEqual(done, ['forgets b/p/', 'stops with 2 open']);
  });

  it('removes the access key that was typed in for the folder, and says so', async () => {
    answers = answerWith('Stop Backing Up');
    hasKey = true;
    const told = listenTo('showInformationMessage');
    await stop('known');
    told.restore();
    assert.deepEqual(done, ['forgets b/p/', 'stops with 2 open', 'removes the key']);
    assert.equal(told.texts.length, 1);
  });

  it('forgets nothing where something has begun while the question was open', async () => {
    answers = answerWith('Stop Backing Up');
    answers.meanwhile = () => {
      isBusy = true;
      return Promise.resolve();
    };
    await stop('known');
    assert.equal(answers.questions.length, 1);
    assert.deepEqual(done, []);
  });

  it('does nothing while something goes on, or where there is no bucket', async () => {
    answers = answerWith('Stop Backing Up');
    const told = listenTo('showInformationMessage');
    isBusy = true;
    await stop('known');
    isBusy = false;
    await stop('none');
    told.restore();
    assert.equal(told.texts.length, 2);
    assert.deepEqual(answers.questions, []);
    assert.deepEqual(done, []);
  });
});
