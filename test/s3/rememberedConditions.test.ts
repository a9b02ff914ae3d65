import assert from 'node:assert/strict';

import type { CapabilityMemory } from '../../src/engine/ports/capabilityMemory';
import { CapabilityRecords } from '../../src/engine/records/capabilityRecords';
import { Database } from '../../src/engine/records/database';
import { openStores, count, seen, sentTo, writeOurs } from '../support/servers/conditionalWrites';
import { treatAll, type ConditionStore, type Treatment } from '../support/servers/conditionStore';

const stores = openStores();
afterEach(() => stores.closeAll());

describe('What one window has learned of a store', function () {
  this.timeout(30_000);
  let memory: CapabilityMemory;
  let database: Database;

  beforeEach(() => {
    database = Database.inMemory();
    memory = new CapabilityRecords(database);
  });
  afterEach(() => {
    database.close();
  });

  /** Opens a store that has shown a first window what it does with conditions. */
  async function learned(treatment: Treatment): Promise<ConditionStore> {
    const store = await stores.open({ treatments: treatAll(treatment), memory });
    callItself(store, 'One/1.0');
    for (let index = 0; index < 5; index++) await create(store, `first-${String(index)}`);
    return store;
  }

  function callItself(store: ConditionStore, name: string): void {
    store.intercept = (_, answer) => {
      answer.setHeader('server', name);
      return undefined;
    };
  }

  async function create(store: ConditionStore, key: string): Promise<void> {
    await writeOurs(store, 'put', key, seen(store, 'absent', key));
  }

  /** What the store is asked for a new file by another window, which lists the bucket first. */
  async function inAnotherWindow(store: ConditionStore): Promise<readonly string[]> {
    const window = store.inAnotherWindow();
    const signal = AbortSignal.timeout(9_000);
    await window.bucket.list({ prefix: '', signal })[Symbol.asyncIterator]().next();
    const heads = count(store, 'head');
    await create(window, 'second');
    return [
      ...Array<string>(count(store, 'head') - heads).fill('head'),
      ...sentTo(store, 'put', 'second'),
    ];
  }

  it('holds in the next: a new file is one request', async () => {
    const store = await learned('honours');
    assert.deepEqual(await inAnotherWindow(store), ['put-if']);
  });

  it('holds in the next where it is bad: it looks, and tries nothing out', async () => {
    const ignoring = await learned('ignores');
    assert.deepEqual(await inAnotherWindow(ignoring), ['head', 'put-if']);
    const refusing = await learned('refuses');
    assert.deepEqual(await inAnotherWindow(refusing), ['head', 'put']);
  });

  it('counts for nothing where another program answers at that address', async () => {
    const store = await learned('honours');
    callItself(store, 'Two/1.0');
    assert.deepEqual(await inAnotherWindow(store), ['head', 'put-if']);
  });
});
