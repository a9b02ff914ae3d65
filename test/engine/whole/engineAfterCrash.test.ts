import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BroadcastChannel } from 'node:worker_threads';

import { newStagedFile } from '../../../src/engine/disk/stagedFile';
import { compare } from '../../../src/protocol/comparisons';
import type { FilePath, FolderSetup } from '../../../src/protocol/folders';
import { hostReport, type WorkerData } from '../../../src/protocol/host';
import { runPlan } from '../../../src/protocol/plans';
import { planRestore } from '../../../src/protocol/restore';
import { startEngineWorker, type EngineWorker } from '../../support/processes/engineWorker';
import { eventually } from '../../support/suite/eventually';
import { heldReaddir } from '../../support/disk/heldReaddir';
import { killedWithEntries } from '../../support/processes/killedWithEntries';
import { openListStore, type ListStore } from '../../support/servers/listStore';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

const names = ['a.txt', 'b.txt', 'c.txt'];
const objects = names.map(key => ({ key, etag: 'd41d8cd98f00b204e9800998ecf8427e', size: 1000 }));

describe('The engine’s thread after a crash', function () {
  this.timeout(120_000);
  let folder: TemporaryFolder;
  let root: string;
  let data: WorkerData;
  let setup: FolderSetup;
  let store: ListStore;
  const engines: EngineWorker[] = [];

  beforeEach(async () => {
    folder = await temporaryFolder('crash');
    root = join(folder.path, 'w');
    mkdirSync(root);
    data = {
      recordsFile: join(folder.path, 'receipts.sqlite'),
      journalsFolder: join(folder.path, 'staging-journals'),
      locksFolder: join(folder.path, 'engine-locks'),
    };
    store = await openListStore(objects);
    setup = store.setup(root);
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.terminate();
    await store.close();
    await folder.remove();
  });

  function start(preload?: string): EngineWorker {
    const engine = startEngineWorker(data, preload);
    engines.push(engine);
    return engine;
  }

  /** An engine that is restoring the files, with none of their bytes here yet. */
  async function startedRestoring(): Promise<EngineWorker> {
    const engine = start();
    await engine.ask(compare, [setup]);
    const request = { folders: [{ setup, scope: { kind: 'all' } }] } as const;
    const { planId } = await engine.ask(planRestore, request);
    engine.ask(runPlan, planId).catch(() => undefined);
    await eventually(() => {
      assert.equal(store.waiting(), names.length);
    });
    assert.equal(readdirSync(root).length, names.length);
    return engine;
  }

  async function crash(engine: EngineWorker): Promise<void> {
    engines.splice(engines.indexOf(engine), 1);
    await engine.terminate();
  }

  it('answers what is asked at once, and has cleared up before it looks at a folder', async () => {
    await crash(await startedRestoring());
    const engine = start();
    const [host] = await Promise.all([engine.ask(hostReport, null), engine.ask(compare, [setup])]);
    assert.equal(host.node, process.versions.node);
    assert.deepEqual(readdirSync(root), []);
    assert.equal(engine.log.filter(({ message }) => message.includes('removed')).length, 3);
  });

  it('leaves alone what the engine of another window is working on', async () => {
    await startedRestoring();
    const before = readdirSync(root);
    const other = start();
    await Promise.all([other.ask(hostReport, null), other.ask(compare, [setup])]);
    assert.deepEqual(readdirSync(root), before);
  });

  it('hears Cancel while it clears up, and answers what does not wait for that', async () => {
    const own = newStagedFile('displaced', root, 'gone/a.txt' as FilePath);
    await killedWithEntries(data.journalsFolder, [own]);
    const channel = new BroadcastChannel(heldReaddir);
    try {
      const reached = new Promise(resolve => {
        channel.onmessage = resolve;
      });
      const engine = start(require.resolve('../../support/disk/heldReaddir'));
      const cancelling = new AbortController();
      const cancelled = engine.ask(compare, [setup], cancelling.signal);
      const order: string[] = [];
      const waiting = engine.ask(compare, [setup]).then(() => order.push('compared'));
      await engine.ask(hostReport, null);
      await reached;
      cancelling.abort();
      await assert.rejects(cancelled, { code: 'cancelled' });
      order.push('released');
      channel.postMessage('go on');
      await waiting;
      assert.deepEqual(order, ['released', 'compared']);
    } finally {
      channel.close();
    }
  });

  it('tells that it could not clear up, and goes on', async () => {
    writeFileSync(data.journalsFolder, 'no folder');
    const engine = start();
    await Promise.all([engine.ask(hostReport, null), engine.ask(compare, [setup])]);
    assert.deepEqual(
      engine.warnings.map(({ code }) => code),
      ['not-cleared-up'],
    );
  });
});
