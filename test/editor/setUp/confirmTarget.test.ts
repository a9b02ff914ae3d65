import assert from 'node:assert/strict';

import { confirmTarget } from '../../../src/editor/setUp/confirmTarget';
import type { RawSettings } from '../../../src/protocol/folders';
import { workspaceFolder } from '../../support/vscode/extensionUnderTest';
import { answerWith, type Answers } from '../../support/vscode/answers';
import { engineAnswering } from '../../support/vscode/engineAnswering';

const target = { bucket: 'of-the-author', prefix: 'w/' };

describe('A target that the workspace names', () => {
  let answers: Answers;

  beforeEach(() => {
    answers = answerWith();
  });
  afterEach(() => {
    answers.restore();
  });

  function ask(settings: RawSettings, told: Readonly<Record<string, unknown>>): Promise<boolean> {
    const profiles = { settings: () => settings };
    return confirmTarget({ engine: engineAnswering(told), profiles }, workspaceFolder(), target);
  }

  function lines(): readonly string[] {
    return answers.questions[0]?.detail.split('\n') ?? [];
  }

  it('is asked about with bucket, prefix, store and account', async () => {
    const arn = 'arn:aws:iam::111122223333:user/anna';
    const callerIdentity = { account: '111122223333', arn };
    assert.equal(await ask({ endpoint: '' }, { storeEndpoint: 'AWS', callerIdentity }), false);
    assert.deepEqual(lines().slice(0, 4), [
      'Bucket: of-the-author',
      'Prefix: w/',
      'Store: AWS',
      'Account: 111122223333 as user/anna',
    ]);
  });

  it('is asked about with the credentials’ name where nobody tells whose they are', async () => {
    const endpoint = 'http://store.test:9000';
    await ask({ endpoint, profile: 'work' }, { callerIdentity: null });
    assert.ok(lines().includes(`Store: ${endpoint}`), lines().join('\n'));
    assert.ok(
      lines().some(line => line.includes('“work”')),
      lines().join('\n'),
    );
  });

  it('counts where the user says so', async () => {
    answers.restore();
    answers = answerWith('Back Up There');
    assert.equal(await ask({}, { storeEndpoint: 'AWS', callerIdentity: null }), true);
  });
});
