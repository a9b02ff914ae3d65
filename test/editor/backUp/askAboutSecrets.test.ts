import assert from 'node:assert/strict';

import { askAboutSecrets } from '../../../src/editor/backUp/askAboutSecrets';
import { storeEndpoint } from '../../../src/protocol/credentials';
import { allowSecrets, unaskedSecrets, type PlanSummary } from '../../../src/protocol/plans';
import { aFolder } from '../../support/engine/aFolder';
import { answerWith, type Answers } from '../../support/vscode/answers';
import { engineAnswering } from '../../support/vscode/engineAnswering';
import { memento } from '../../support/vscode/treeUnderTest';

describe('A file that looks like a secret', () => {
  let answers: Answers;
  beforeEach(() => {
    answers = answerWith('Back Up');
  });
  afterEach(() => {
    answers.restore();
  });

  const setup = aFolder({ root: '/w', bucket: 'mine' });
  const plan: PlanSummary = {
    planId: 1,
    files: 1,
    bytes: 1,
    preview: { folders: [setup.id], requests: 1, largest: [], bulky: [] },
    unknownOrigin: { files: 0, originals: 0, examples: [], keepsVersions: true },
    manyReplaced: undefined,
    wouldEmpty: 0,
    unaskedSecrets: 1,
    excluded: {},
    ignored: undefined,
  };

  /** An engine whose environment or profile leads to a store, with no endpoint in the settings. */
  function engineAt(store: string) {
    return engineAnswering({
      [storeEndpoint.method]: store,
      [unaskedSecrets.method]: [{ folder: setup.id, path: '.env', absolute: '/w/.env' }],
      [allowSecrets.method]: null,
    });
  }

  it('is asked about once in each store that the environment or a profile leads to', async () => {
    const memory = memento();
    const backUpTo = (store: string) =>
      askAboutSecrets({ engine: engineAt(store), memory }, plan, [
        { setup, scope: { kind: 'all' } },
      ]);
    assert.equal(await backUpTo('nas:9000'), plan);
    assert.equal(await backUpTo('nas:9000'), plan);
    assert.equal(answers.questions.length, 1);
    assert.equal(await backUpTo('other:9000'), plan);
    assert.equal(answers.questions.length, 2);
  });
});
