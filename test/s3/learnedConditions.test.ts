import assert from 'node:assert/strict';

import { count, openStores, seen, sentTo, writeOurs } from '../support/servers/conditionalWrites';
import { treatAll, treatOnly, type ConditionStore } from '../support/servers/conditionStore';

const stores = openStores();
afterEach(() => stores.closeAll());

describe('What a store does with the conditions of puts', function () {
  this.timeout(120_000);

  it('is tried out after a few, and a new file is one request from then on', async () => {
    const store = await stores.open({ treatments: treatAll('honours') });
    await createSeveral(store, 'before');
    assert.deepEqual(sentTo(store, 'put', 'before-3'), ['put-if', 'put-if', 'put-if', 'put-if']);
    const heads = count(store, 'head');
    await createSeveral(store, 'after');
    await writeOurs(store, 'put', 'replaced', seen(store, 'unchanged', 'replaced'));
    assert.equal(count(store, 'head'), heads);
    assert.deepEqual(sentTo(store, 'put', 'after-3'), ['put-if']);
    assert.deepEqual(sentTo(store, 'put', 'replaced'), ['put-if']);
    // Completions are another capability.
    await writeOurs(store, 'completion', 'large', seen(store, 'absent', 'large'));
    assert.equal(count(store, 'head'), heads + 1);
    assert.deepEqual(store.weaknesses, []);
  });

  it('costs one that ignores them the same bytes once more, and never again', async () => {
    const store = await stores.open({ treatments: treatAll('ignores'), versions: 'kept' });
    await createSeveral(store, 'before');
    assert.equal(sentTo(store, 'put', 'before-3').length, 2);
    await createSeveral(store, 'after');
    for (const key of ['after-0', 'after-1', 'after-2', 'after-3']) {
      assert.equal(sentTo(store, 'put', key).length, 1);
      assert.ok(store.asked.includes(`head ${key}`));
    }
    assert.equal(store.weaknesses.length, 1);
  });

  it('is learned of each kind for itself', async () => {
    const onlyAbsent = treatOnly({ write: 'put', condition: 'absent' }, 'honours', 'ignores');
    const store = await stores.open({ treatments: onlyAbsent });
    await createSeveral(store, 'before');
    const heads = count(store, 'head');
    await createSeveral(store, 'after');
    assert.equal(count(store, 'head'), heads);
    await writeOurs(store, 'put', 'replaced', seen(store, 'unchanged', 'replaced'));
    assert.equal(count(store, 'head'), heads + 1);
  });

  const refusesReplacing = treatOnly(
    { write: 'put', condition: 'unchanged' },
    'always-refuses',
    'honours',
  );
  const refusesCreating = treatOnly(
    { write: 'put', condition: 'absent' },
    'always-refuses',
    'honours',
  );
  for (const treatments of [refusesReplacing, refusesCreating, treatAll('always-refuses')]) {
    const { absent, unchanged } = treatments.put;

    it(`is not taken for honoured where it is ${absent} creating, ${unchanged} replacing`, async () => {
      const store = await stores.open({ treatments });
      assert.deepEqual(await createAndReplace(store), Array(8).fill('done'));
      assert.equal(store.bytes('other-3'), 'ours');
      // No write is sent in vain once that is known.
      assert.equal(sentTo(store, 'put', 'other-3').length, 2);
      const odd = [absent, unchanged].filter(treatment => treatment !== 'honours');
      assert.equal(store.weaknesses.length, odd.length);
    });

    it(`keeps what others change where it is ${absent} creating, ${unchanged} replacing`, async () => {
      const store = await stores.open({ treatments });
      const outcomes = await createAndReplace(store, key => store.place(key, 'theirs'));
      assert.deepEqual(outcomes, Array(8).fill('changed-in-cloud'));
      assert.equal(store.bytes('other-3'), 'theirs');
    });
  }

  it('is not called refused where somebody else replaces the object meanwhile', async () => {
    const store = await stores.open({ treatments: treatAll('honours') });
    store.before = ({ kind, key, ifMatch }) => {
      const isRight = ifMatch !== undefined && !ifMatch.includes('0000');
      if (kind === 'put' && key === 'before-3' && isRight) store.place(key, 'theirs');
    };
    await createSeveral(store, 'before');
    assert.equal(store.bytes('before-3'), 'theirs');
    assert.deepEqual(store.weaknesses, []);
  });

  it('is tried out on nothing but what was created under the condition itself', async () => {
    const store = await stores.open({ treatments: treatAll('always-refuses') });
    const lateKeys = new Set<string>();
    store.intercept = ({ kind, key, carryOut }, answer) => {
      if (kind !== 'put' || lateKeys.has(key)) return undefined;
      lateKeys.add(key);
      carryOut();
      answer.destroy();
      return 'taken';
    };
    await createSeveral(store, 'lost');
    // Each was found after its answer was lost.
    assert.deepEqual(sentTo(store, 'put', 'lost-3'), ['put-if']);
  });

  it('is not tried out on what somebody else has replaced', async () => {
    const store = await stores.open({ treatments: treatAll('ignores') });
    store.after = ({ kind, key }) => {
      if (kind === 'put' && key === 'before-3') store.place(key, 'theirs');
    };
    await createSeveral(store, 'before');
    assert.equal(store.bytes('before-3'), 'theirs');
    assert.equal(sentTo(store, 'put', 'before-3').length, 1);
  });

  it('stays unknown where the question fails, and the file is stored', async () => {
    const store = await stores.open({ treatments: treatAll('honours') });
    let puts = 0;
    store.intercept = ({ kind, key }, answer) => {
      if (kind !== 'put' || key !== 'before-3' || ++puts < 2) return undefined;
      answer.writeHead(503).end();
      return 'taken';
    };
    await createSeveral(store, 'before');
    assert.equal(store.bytes('before-3'), 'ours');
    await createSeveral(store, 'after');
    assert.ok(store.asked.includes('head after-3'));
  });
});

/** Eight new files, each of them then changed by `change` and replaced, with what came of each. */
async function createAndReplace(
  store: ConditionStore,
  change: (key: string) => void = () => undefined,
): Promise<readonly string[]> {
  await createSeveral(store, 'one');
  await createSeveral(store, 'other');
  const outcomes: string[] = [];
  for (const key of ['one', 'other'].flatMap(name =>
    [0, 1, 2, 3].map(n => `${name}-${String(n)}`),
  )) {
    const condition = seen(store, 'unchanged', key);
    change(key);
    outcomes.push(await writeOurs(store, 'put', key, condition).then(() => 'done', codeOf));
  }
  return outcomes;
}

function codeOf({ code }: { readonly code: string }): string {
  return code;
}

/** As many new files as the trial takes, one after the other. */
async function createSeveral(store: ConditionStore, name: string): Promise<void> {
  for (let index = 0; index < 4; index++) {
    const key = `${name}-${String(index)}`;
    await writeOurs(store, 'put', key, seen(store, 'absent', key));
  }
}
