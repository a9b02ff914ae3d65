import assert from 'node:assert/strict';

import type { CapabilityMemory } from '../../src/engine/ports/capabilityMemory';
import { CapabilityRecords } from '../../src/engine/records/capabilityRecords';
import { Database } from '../../src/engine/records/database';
import {
  openStores,
  count,
  refusesUnseen,
  seen,
  sentTo,
  writeOurs,
} from '../support/servers/conditionalWrites';
import {
  treatAll,
  type ConditionStore,
  type Treatment,
  type Treatments,
} from '../support/servers/conditionStore';

const stores = openStores();
afterEach(() => stores.closeAll());

describe('What one window has learned of a store', function () {
  this.timeout(120_000);
  let memory: CapabilityMemory;
  let database: Database;

  beforeEach(() => {
    database = Database.inMemory();
    memory = new CapabilityRecords(database);
  });
  afterEach(() => {
    database.close();
  });

  /** Opens stores behind one address and one name; `moveTo` says which of them answers from now on. */
  async function openTwo(first: Treatment, second: Treatment) {
    let answering = treatAll(first);
    const treatments: Treatments = {
      get put() {
        return answering.put;
      },
      get completion() {
        return answering.completion;
      },
    };
    const store = await stores.open({ treatments, memory });
    store.intercept = (_, answer) => {
      answer.setHeader('server', 'One/1.0');
      return undefined;
    };
    // The first has shown a window what it does with conditions.
    for (let index = 0; index < 5; index++) await create(store, `first-${String(index)}`);
    const moveToSecond = async () => {
      answering = treatAll(second);
      const window = store.inAnotherWindow();
      const signal = AbortSignal.timeout(9_000);
      await window.bucket.list({ prefix: '', signal })[Symbol.asyncIterator]().next();
      return window;
    };
    return { store, moveToSecond };
  }

  async function create(store: ConditionStore, key: string): Promise<void> {
    await writeOurs(store, 'put', key, seen(store, 'absent', key));
  }

  for (const first of ['honours', 'ignores', 'refuses', 'inverts'] as const) {
    for (const second of ['honours', 'ignores', 'refuses'] as const) {
      it(`costs no copy where a store that ${first} them is followed by one that ${second}`, async () => {
        const { moveToSecond } = await openTwo(first, second);
        const window = await moveToSecond();
        for (const write of ['put', 'completion'] as const) {
          for (const kind of ['absent', 'unchanged'] as const) {
            await refusesUnseen(window, write, kind, `${write}-${kind}`);
          }
        }
        await create(window, 'new');
        assert.equal(window.bytes('new'), 'ours');
      });
    }
  }

  it('lets no condition be left out that the next store would have heeded', async () => {
    for (const first of ['ignores', 'refuses', 'inverts'] as const) {
      const { moveToSecond } = await openTwo(first, 'honours');
      const window = await moveToSecond();
      await create(window, 'second');
      assert.deepEqual(sentTo(window, 'put', 'second'), ['put-if'], first);
    }
  });

  it('spares the next window from trying out what is known to be ignored', async () => {
    const { store, moveToSecond } = await openTwo('ignores', 'ignores');
    const window = await moveToSecond();
    const before = count(store, 'put-if');
    for (let index = 0; index < 6; index++) await create(window, `second-${String(index)}`);
    assert.equal(count(store, 'put-if') - before, 6);
  });

  it('is told in the next window, which has not seen it yet', async () => {
    const { moveToSecond } = await openTwo('honours', 'honours');
    const window = await moveToSecond();
    assert.deepEqual(
      window.known().find(({ name }) => name === 'create-if-absent'),
      { name: 'create-if-absent', state: 'supported' },
    );
  });
});
