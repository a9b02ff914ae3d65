import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';

import type { Engine } from '../../src/engine/session/engine';
import type { FolderSetup } from '../../src/protocol/folders';
import type { State } from '../../src/protocol/state';
import { setAwsVariables } from '../../dev/awsVariables';
import { startEmbeddedS3, type EmbeddedS3 } from '../../dev/embeddedS3';
import { eventually } from '../support/suite/eventually';
import { writeTree } from '../support/disk/localTree';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { startWireRecorder, type WireRecorder } from '../support/servers/wire';
import { startEngine } from '../support/engine/startEngine';
import { aFolder } from '../support/engine/aFolder';

const bucket = 'outage';
const files = 8;
const never = new AbortController().signal;

describe('A store that goes away in mid-batch', function () {
  this.timeout(120_000);
  let s3: EmbeddedS3;
  let wire: WireRecorder;
  let folder: TemporaryFolder;
  let engine: Engine;
  let setup: FolderSetup;
  const states: State[] = [];
  let restore: () => void;

  before(() => {
    restore = setAwsVariables({ accessKeyId: 'test', secretAccessKey: 'test' });
  });
  after(() => {
    restore();
  });
  beforeEach(async () => {
    states.length = 0;
    s3 = await startEmbeddedS3({ buckets: [bucket] });
    wire = await startWireRecorder(s3.endpoint);
    folder = await temporaryFolder('outage');
    engine = startEngine({
      onState: now => states.push(now),
    });
    setup = aFolder({
      id: pathToFileURL(folder.path).href,
      root: folder.path,
      bucket,
      settings: { endpoint: wire.endpoint, region: 'us-east-1', forcePathStyle: true },
    });
    const names = Array.from({ length: files }, (_, n) => `file ${String(n)}`);
    await writeTree(folder.path, Object.fromEntries(names.map(name => [name, name])));
    await engine.compare([setup], never);
  });
  afterEach(async () => {
    engine.dispose();
    await wire.stop();
    await s3.stop();
    await folder.remove();
  });

  /** The number of a plan for all files. */
  async function plan(): Promise<number> {
    const { planId } = await engine.planBackUp(
      { folders: [{ setup, scope: { kind: 'all' } }] },
      never,
    );
    return planId;
  }

  function pauses() {
    return states.flatMap(state => (state.kind === 'paused' ? [state.why] : []));
  }

  it('pauses the batch, which goes on by itself and loses no file', async () => {
    // More than all files together try before they give up.
    const planId = await plan();
    for (let n = 0; n < files * 4 + 2; n++) wire.disturbNext(() => true, 'busy');
    const report = await engine.run(planId, never);
    assert.deepEqual([report.done, report.failed], [files, 0]);
    const [why] = pauses();
    assert.ok(why?.kind === 'store-unreachable', why?.kind);
    assert.equal(why.failure.code, 'store-busy');
    assert.equal(states.at(-1)?.kind, 'compared');
  });

  it('is not waited for by who cancels', async () => {
    const planId = await plan();
    for (let n = 0; n < 500; n++) wire.disturbNext(() => true, 'busy');
    const cancelled = new AbortController();
    const running = engine.run(planId, cancelled.signal);
    await eventually(() => {
      assert.ok(pauses().length > 0);
    }, 30_000);
    cancelled.abort();
    assert.equal((await running).cancelled, files);
  });
});
