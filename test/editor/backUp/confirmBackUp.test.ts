import assert from 'node:assert/strict';
import { EventEmitter, Uri, type Memento, type WorkspaceFolder } from 'vscode';

import { confirmBackUp, watchForOtherTargets } from '../../../src/editor/backUp/confirmBackUp';
import type { PlanSummary, Scope } from '../../../src/protocol/plans';
import { answerWith, type Answers } from '../../support/vscode/answers';

function aPlan(files: number, folders: readonly string[] = ['w'], requests = files): PlanSummary {
  return {
    planId: 1,
    files,
    bytes: files,
    preview: { folders, requests, largest: [], bulky: [] },
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

  async function ask(
    plan: PlanSummary,
    kind: Scope['kind'] = 'all',
    folders: readonly string[] = ['w'],
    { bucket = 'b', seen }: { readonly bucket?: string; readonly seen?: number } = {},
  ): Promise<string> {
    const engine = { sendRequest: () => Promise.resolve([]) };
    const scopes = folders.map(id => {
      const setup = { id, name: id, bucket, prefix: `${id}/`, settings: {} };
      return { setup, scope: { kind } };
    });
    const deps = { engine, memory } as unknown as Parameters<typeof confirmBackUp>[0];
    const { kind: answer } = await confirmBackUp(deps, plan, scopes as never, seen);
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

  it('says what it costs in requests, the first time as well as later', async () => {
    assert.equal(await ask(aPlan(1)), 'back-up');
    assert.equal(await ask(aPlan(5000, ['w'], 10_706)), 'back-up');
    const [first, later] = answers.questions.map(({ detail }) => detail);
    assert.match(first ?? '', /^This takes 1 request to the store\.$/m);
    assert.match(later ?? '', /^This takes at most 10,706 requests to the store\.$/m);
  });

  it('is shown again where it has grown by a hundred files, or a tenth, since they were counted', async () => {
    assert.equal(await ask(aPlan(5), 'all', ['w'], { seen: 5 }), 'back-up');
    const shownFor = async (seen: number, files: number, kind: Scope['kind'] = 'all') => {
      const before = answers.questions.length;
      assert.equal(await ask(aPlan(files), kind, ['w'], { seen }), 'back-up');
      return answers.questions.length - before;
    };
    assert.deepEqual([await shownFor(5, 105), await shownFor(5, 106)], [0, 1]);
    assert.deepEqual([await shownFor(0, 100), await shownFor(0, 101)], [0, 1]);
    assert.deepEqual([await shownFor(900, 1000), await shownFor(900, 1001)], [0, 1]);
    const ticked = [await shownFor(5000, 5500, 'picks'), await shownFor(5000, 5501, 'picks')];
    assert.deepEqual(ticked, [0, 1]);
  });

  it('names no place to which nothing goes, and shows that one when something does', async () => {
    const both = ['w', 'x'];
    assert.equal(await ask(aPlan(3, ['x']), 'all', both), 'back-up');
    assert.match(answers.questions[0]?.text ?? '', /to s3:\/\/b\/x\/\?$/m);
    assert.equal(await ask(aPlan(3, ['x']), 'all', both), 'back-up');
    assert.equal(answers.questions.length, 1);
    assert.equal(await ask(aPlan(3, both), 'all', both), 'back-up');
    assert.match(answers.questions[1]?.text ?? '', /s3:\/\/b\/w\//);
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

  it('keeps everything on Enter where it replaces copies of unknown origin', async () => {
    const unknownOrigin = { files: 1, originals: 0, examples: [], keepsVersions: false };
    const whole = { ...aPlan(3), unknownOrigin };
    const kinds = ['all', 'resources', 'nodes'] as const;
    for (const kind of kinds) assert.equal(await ask(whole, kind), 'back-up');
    const more = { ...aPlan(3), manyReplaced: { files: 101, keepsVersions: false } };
    assert.equal(await ask(more, 'picks'), 'back-up');
    const buttons = answers.questions.map(question => question.buttons);
    assert.equal(buttons.length, 4);
    for (const [first, ...others] of buttons) {
      assert.equal(first, 'Keep Copies');
      assert.ok(others.includes('Back Up'));
    }
    answers.restore();
    answers = answerWith('Keep Copies');
    assert.equal(await ask(whole, 'resources'), 'cancel');
    assert.equal(await ask({ ...aPlan(2000), unknownOrigin }, 'nodes'), 'cancel');
  });

  it('asks about replacing single files once in a place, and again in another or after a stop', async () => {
    const folder = { uri: Uri.file('/replacing'), name: 'replacing', index: 0 };
    const id = folder.uri.toString();
    const changes = new EventEmitter<WorkspaceFolder>();
    const watch = watchForOtherTargets({ onDidChange: changes.event });
    const replacing = {
      ...aPlan(1),
      unknownOrigin: { files: 1, originals: 0, examples: [], keepsVersions: false },
    };
    const askIn = async (bucket: string) => {
      const before = answers.questions.length;
      assert.equal(await ask(replacing, 'nodes', [id], { bucket }), 'back-up');
      return answers.questions.length - before;
    };
    try {
      assert.deepEqual([await askIn('b'), await askIn('b')], [1, 0]);
      assert.deepEqual([await askIn('c'), await askIn('c'), await askIn('b')], [1, 0, 0]);
      changes.fire(folder);
      assert.deepEqual([await askIn('b'), await askIn('b')], [1, 0]);
    } finally {
      watch.dispose();
      changes.dispose();
    }
  });
});
