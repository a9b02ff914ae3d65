import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { compare } from '../../../src/protocol/comparisons';
import type { FolderSetup } from '../../../src/protocol/folders';
import { hostReport } from '../../../src/protocol/host';
import { startEngineWorker, type EngineWorker } from '../../support/processes/engineWorker';
import { eventually } from '../../support/suite/eventually';
import { openListStore, type ListStore } from '../../support/servers/listStore';
import { writeTree } from '../../support/disk/localTree';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

const names = Array.from({ length: 1000 }, (_, number) => `${String(number)}.txt`);
const content = 'the same on both sides';

describe('Receipts that another process has locked', function () {
  this.timeout(120_000);
  let folder: TemporaryFolder;
  let setup: FolderSetup;
  let recordsFile: string;
  let store: ListStore;
  let engine: EngineWorker;
  let locker: DatabaseSync;

  beforeEach(async () => {
    folder = await temporaryFolder('locked');
    const root = join(folder.path, 'w');
    await writeTree(root, Object.fromEntries(names.map(name => [name, content])));
    const etag = createHash('md5').update(content).digest('hex');
    store = await openListStore(names.map(key => ({ key, etag, size: content.length })));
    setup = store.setup(root);
    recordsFile = join(folder.path, 'receipts.sqlite');
    engine = startEngineWorker({
      recordsFile,
      journalsFolder: join(folder.path, 'staging-journals'),
      locksFolder: join(folder.path, 'engine-locks'),
    });
    // It has opened the file, and the folder is known there.
    await engine.ask(compare, [setup]);
    locker = new DatabaseSync(recordsFile);
    locker.exec('DELETE FROM receipts');
    locker.exec('BEGIN EXCLUSIVE');
  });
  afterEach(async () => {
    if (locker.isOpen) locker.close();
    await engine.terminate();
    await store.close();
    await folder.remove();
  });

  it('keep no thread, and are written when they are free again', async () => {
    const comparing = engine.ask(compare, [setup]);
    const progress = { isOver: false };
    void comparing.finally(() => (progress.isOver = true)).catch(() => undefined);
    let longest = 0;
    while (!progress.isOver) {
      const asked = performance.now();
      await engine.ask(hostReport, null);
      longest = Math.max(longest, performance.now() - asked);
    }
    await comparing;
    assert.ok(longest < 2000, `${String(longest)} ms`);
    locker.exec('COMMIT');
    const count = locker.prepare('SELECT count(*) AS count FROM receipts');
    await eventually(() => {
      assert.equal(count.get()?.['count'], names.length);
    });
    assert.deepEqual(engine.warnings, []);
  });

  it('do not keep Cancel from being heard', async () => {
    const listed = once(store.server, 'request');
    const cancelling = new AbortController();
    const comparing = engine.ask(compare, [setup], cancelling.signal);
    await listed;
    const began = performance.now();
    // Meanwhile the first files are proved, and their receipts find the file locked.
    for (let asked = 0; asked < 20; asked++) await engine.ask(hostReport, null);
    cancelling.abort();
    await assert.rejects(comparing, { code: 'cancelled' });
    assert.ok(performance.now() - began < 3000);
  });
});
