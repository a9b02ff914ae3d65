import assert from 'node:assert/strict';

import { count, openStores, seen, sentTo, writeOurs } from '../support/servers/conditionalWrites';
import { treatAll, treatOnly, type ConditionStore } from '../support/servers/conditionStore';

const stores = openStores();
afterEach(() => stores.closeAll());

describe('What a store does with the conditions of puts', function () {
  this.timeout(30_000);

  it('is tried out after a few, and a new file is one request from then on', async () => {
    const store = await stores.open({ treatments: treatAll('honours') });
    await createSeveral(store, 'before');
    assert.deepEqual(sentTo(store, 'put', 'before-3'), ['put-if', 'put-if', 'put-if']);
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

/** As many new files as the trial takes, one after the other. */
async function createSeveral(store: ConditionStore, name: string): Promise<void> {
  for (let index = 0; index < 4; index++) {
    const key = `${name}-${String(index)}`;
    await writeOurs(store, 'put', key, seen(store, 'absent', key));
  }
}
