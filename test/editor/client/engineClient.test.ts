import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CancellationTokenSource } from 'vscode';

import { EngineClient } from '../../../src/editor/client/engineClient';
import { Failed } from '../../../src/editor/failures/failed';
import { listBuckets } from '../../../src/protocol/buckets';
import { compare } from '../../../src/protocol/comparisons';
import type { FailureRecord } from '../../../src/protocol/failures';
import type { FolderSetup, RawSettings } from '../../../src/protocol/folders';
import { planBackUp, runPlan } from '../../../src/protocol/plans';
import { temporaryFolder } from '../../../dev/temporaryFolder';
import { testVariable } from '../../support/suite/testEnvironment';
import { startWireRecorder, type WireRecorder } from '../../support/servers/wire';
import { countEngines, killEngines, untilEngineEnds } from '../../support/vscode/engineThreads';
import {
  activateWithTarget,
  onlyComparison,
  untilState,
  workerData,
  workerFile,
} from '../../support/vscode/extensionUnderTest';
import { testLog } from '../../support/vscode/treeUnderTest';

describe('The engine', () => {
  const log = testLog();
  let wire: WireRecorder;
  let engine: EngineClient;
  let settings: RawSettings;

  before(async () => {
    wire = await startWireRecorder(testVariable('embeddedEndpoint'));
    settings = { endpoint: wire.endpoint, region: 'us-east-1', forcePathStyle: true };
  });
  beforeEach(() => {
    engine = new EngineClient(workerFile(), workerData(), { log });
  });
  afterEach(async () => {
    if (engine.running) await untilEngineEnds(dispose);
  });
  after(async () => {
    await wire.stop();
    log.dispose();
  });

  function dispose(): void {
    engine.dispose();
  }

  /** A request that the store never answers, once it is on its way. */
  async function stalledRequest(token?: CancellationTokenSource): Promise<() => Promise<unknown>> {
    const before = wire.requests.length;
    wire.disturbNext(() => true, 'stall');
    const request = engine.sendRequest(
      listBuckets,
      { folder: 'file:///w', settings },
      token?.token,
    );
    request.catch(() => undefined);
    while (wire.requests.length === before) await new Promise(resolve => setImmediate(resolve));
    return () => request;
  }

  function failsWith(code: string): (error: unknown) => boolean {
    return error => error instanceof Failed && error.record.code === code;
  }

  it('starts its thread with the first request and not before', async () => {
    const others = await countEngines();
    assert.equal(engine.running, false);
    assert.equal(await countEngines(), others);
    const { buckets } = await engine.sendRequest(listBuckets, { folder: 'file:///w', settings });
    assert.ok(buckets.some(({ name }) => name === testVariable('embeddedBucket')));
    assert.equal(engine.running, true);
    assert.equal(await countEngines(), others + 1);
  });

  it('ends its thread when it is disposed', async () => {
    const others = await countEngines();
    await engine.sendRequest(listBuckets, { folder: 'file:///w', settings });
    assert.equal(await countEngines(), others + 1);
    await untilEngineEnds(dispose);
    assert.equal(await countEngines(), others);
    assert.equal(engine.running, false);
  });

  it('fails with what the engine found, as data', async () => {
    await assert.rejects(
      engine.sendRequest(listBuckets, { folder: 'file:///w', settings: { endpoint: 'nonsense' } }),
      (error: unknown) => {
        assert.ok(error instanceof Failed);
        assert.equal(error.record.code, 'invalid-setting');
        assert.equal(error.record.subject, 's3Backup.endpoint');
        return true;
      },
    );
  });

  it('works without a place for its receipts, and says once that it has none', async () => {
    const folder = await temporaryFolder('receipts');
    const inTheWay = join(folder.path, 'file');
    await writeFile(inTheWay, '');
    const recordsFile = join(inTheWay, 'receipts.sqlite');
    const homeless = new EngineClient(workerFile(), { ...workerData(), recordsFile }, { log });
    const warnings: FailureRecord[] = [];
    homeless.onDidWarn(warning => warnings.push(warning));
    try {
      await homeless.sendRequest(listBuckets, { folder: 'file:///w', settings });
      await homeless.sendRequest(listBuckets, { folder: 'file:///w', settings });
      assert.deepEqual(
        warnings.map(({ code, subject }) => [code, subject]),
        [['records-not-kept', recordsFile]],
      );
    } finally {
      await untilEngineEnds(() => {
        homeless.dispose();
      });
      await folder.remove();
    }
  });

  it('hands a cancellation on', async () => {
    const source = new CancellationTokenSource();
    const request = await stalledRequest(source);
    source.cancel();
    await assert.rejects(request, failsWith('cancelled'));
  });

  it('fails what waits when its thread dies, says so, and starts again', async () => {
    const request = await stalledRequest();
    await killEngines();
    await assert.rejects(request, failsWith('engine-stopped'));
    assert.equal(engine.running, false);
    const { state } = engine;
    assert.ok(state.kind === 'failed');
    assert.equal(state.failures[0]?.failure.code, 'engine-stopped');
    assert.deepEqual(state.comparisons, []);

    assert.ok(
      (await engine.sendRequest(listBuckets, { folder: 'file:///w', settings })).buckets.length > 0,
    );
    assert.equal(engine.running, true);
  });

  it('uses its connections again', async () => {
    const folder = await temporaryFolder('connections');
    const setup: FolderSetup = {
      id: pathToFileURL(folder.path).href,
      folderId: 'f',
      name: 'connections',
      root: folder.path,
      bucket: testVariable('embeddedBucket'),
      prefix: 'connections/',
      // By a name, as a store has one: that is where VS Code's own patch would open one for each.
      settings: { ...settings, endpoint: wire.endpoint.replace('127.0.0.1', 'localhost') },
    };
    const files = 200;
    for (let index = 0; index < files; index++) {
      await writeFile(join(folder.path, `${String(index)}.txt`), String(index));
    }
    const requestsBefore = wire.requests.length;
    const connectionsBefore = wire.connections;
    await engine.sendRequest(compare, [setup]);
    const plan = await engine.sendRequest(planBackUp, {
      folders: [{ setup, scope: { kind: 'all' } }],
    });
    const report = await engine.sendRequest(runPlan, plan.planId);
    assert.equal(report.done, files);
    const requests = wire.requests.length - requestsBefore;
    const connections = wire.connections - connectionsBefore;
    assert.ok(requests >= files);
    assert.ok(connections <= requests / 4, `${String(connections)} for ${String(requests)}`);
    await folder.remove();
  });
});

describe('The extension', () => {
  it('says that its engine died, and compares again when asked to', async () => {
    const api = await activateWithTarget('engine-death/');
    await api.compare();
    assert.equal(api.state.kind, 'compared');
    const { found } = onlyComparison(api.state);
    await killEngines();
    await untilState(api, state => state.kind === 'failed');
    assert.deepEqual(api.state.comparisons, []);

    await api.compare();
    assert.equal(onlyComparison(api.state).found, found);
  });
});
