import assert from 'node:assert/strict';

import { stopBackingUp } from '../../../src/editor/setUp/stopBackingUp';
import type { FolderSetup } from '../../../src/protocol/folders';
import { answerWith, type Answers } from '../../support/vscode/answers';
import { workspaceFolder } from '../../support/vscode/extensionUnderTest';
import { listenTo } from '../../support/vscode/messages';

describe('Stop Backing Up This Folder', () => {
  let answers: Answers;
  let done: string[];

  beforeEach(() => {
    done = [];
  });
  afterEach(() => {
    answers.restore();
  });

  function stop(status: string, isEmpty = true): Promise<void> {
    const deps = {
      engine: {
        sendRequest: (_: unknown, { bucket, prefix }: FolderSetup) => {
          done.push(`forgets ${bucket}/${prefix}`);
          return Promise.resolve(null);
        },
      },
      operations: { isEmpty },
      profiles: { settings: () => ({}) },
      targets: {
        statusOf: () => ({ kind: status, target: { bucket: 'b', prefix: 'p/' } }),
        recordId: () => 'f',
        kin: () => [],
        stop: () => done.push('stops'),
      },
    };
    return stopBackingUp(deps as unknown as Parameters<typeof stopBackingUp>[0], [
      workspaceFolder(),
    ]);
  }

  it('asks first, and forgets only then', async () => {
    answers = answerWith();
    await stop('known');
    assert.equal(answers.questions.length, 1);
    assert.match(answers.questions[0]?.detail ?? '', /s3:\/\/b\/p\//);
    assert.deepEqual(done, []);
  });

  it('forgets the receipts, and then the bucket by which they are found', async () => {
    answers = answerWith('Stop Backing Up');
    await stop('known');
    assert.deepEqual(done, ['forgets b/p/', 'stops']);
  });

  it('does nothing while something goes on, or where there is no bucket', async () => {
    answers = answerWith('Stop Backing Up');
    const told = listenTo('showInformationMessage');
    await stop('known', false);
    await stop('none');
    told.restore();
    assert.equal(told.texts.length, 2);
    assert.deepEqual(answers.questions, []);
    assert.deepEqual(done, []);
  });
});
