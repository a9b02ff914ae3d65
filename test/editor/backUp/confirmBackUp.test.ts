import assert from 'node:assert/strict';
import type { Memento } from 'vscode';

import { confirmBackUp } from '../../../src/editor/backUp/confirmBackUp';
import type { PlanSummary, Scope } from '../../../src/protocol/plans';
import { answerWith, type Answers } from '../../support/vscode/answers';

const preview = { requests: 1, largest: [], bulky: [] };

function aPlan(files: number): PlanSummary {
  return {
    planId: 1,
    files,
    bytes: files,
    preview,
    unknownOrigin: { files: 0, originals: 0, examples: [], keepsVersions: true },
    manyReplaced: undefined,
    wouldEmpty: 0,
    unaskedSecrets: 0,
    excluded: {},
    ignored: undefined,
  };
}

describe('A plan of a back-up', () => {
  let answers: Answers;
  let memory: Memento;
  beforeEach(() => {
    const kept = new Map<string, unknown>();
    memory = {
      get: (key: string) => kept.get(key),
      update: (key: string, value: unknown) => Promise.resolve(kept.set(key, value)),
      keys: () => [...kept.keys()],
    } as unknown as Memento;
    answers = answerWith('Back Up');
  });
  afterEach(() => {
    answers.restore();
  });

  async function ask(plan: PlanSummary, kind: Scope['kind'] = 'all'): Promise<string> {
    const setup = { id: 'file:///w', name: 'w', bucket: 'b', prefix: 'w/', settings: {} };
    const engine = { sendRequest: () => Promise.resolve([]) };
    const scopes = [{ setup, scope: { kind } }];
    const deps = { engine, memory } as unknown as Parameters<typeof confirmBackUp>[0];
    const { kind: answer } = await confirmBackUp(deps, plan, scopes as never);
    return answer;
  }

  it('is shown once for a place, and then where it holds more than anybody expects', async () => {
    assert.equal(await ask(aPlan(20)), 'back-up');
    assert.equal(await ask(aPlan(1000)), 'back-up');
    assert.equal(answers.questions.length, 1);
    for (const times of [2, 3]) {
      assert.equal(await ask(aPlan(5000)), 'back-up');
      assert.equal(answers.questions.length, times);
      assert.match(answers.questions.at(-1)?.text ?? '', /5,000 files/);
    }
  });

  for (const kind of ['nodes', 'resources'] as const) {
    it(`is shown where rows or a folder turn out to hold that many: ${kind}`, async () => {
      assert.equal(await ask(aPlan(1000), kind), 'back-up');
      assert.equal(answers.questions.length, 0);
      assert.equal(await ask(aPlan(1001), kind), 'back-up');
      assert.deepEqual(answers.questions[0]?.buttons, ['Back Up']);
      // The first plan of the whole folder is still to be shown.
      assert.equal(await ask(aPlan(3)), 'back-up');
      assert.equal(answers.questions.length, 2);
    });
  }

  it('is not shown where its files were ticked, decided about, or planned before', async () => {
    for (const kind of ['picks', 'mine', 'failed', 'unfinished'] as const) {
      assert.equal(await ask(aPlan(5000), kind), 'back-up');
    }
    assert.deepEqual(answers.questions, []);
  });
});
