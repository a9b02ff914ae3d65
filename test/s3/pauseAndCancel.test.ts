import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Engine } from '../../src/engine/session/engine';
import type { FolderSetup } from '../../src/protocol/folders';
import type { Report } from '../../src/protocol/reports';
import type { State } from '../../src/protocol/state';
import { setAwsVariables } from '../../dev/awsVariables';
import { cloudContents, type CloudContents } from '../support/servers/cloudContents';
import { startEmbeddedS3, type EmbeddedS3 } from '../../dev/embeddedS3';
import { eventually } from '../support/suite/eventually';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { startWireRecorder, type WireRecorder } from '../support/servers/wire';
import { assertAtRest } from '../support/suite/assertAtRest';
import { startEngine } from '../support/engine/startEngine';

const bucket = 'pause-and-cancel';
const mebibyte = 1 << 20;

describe('A batch on a slow or silent wire', function () {
  this.timeout(60_000);
  let s3: EmbeddedS3;
  let wire: WireRecorder;
  let cloud: CloudContents;
  let folder: TemporaryFolder;
  let engine: Engine;
  let state: State;
  let restore: () => void;

  before(() => {
    restore = setAwsVariables({ accessKeyId: 'test', secretAccessKey: 'test' });
  });
  after(() => {
    restore();
  });
  beforeEach(async () => {
    s3 = await startEmbeddedS3({ buckets: [bucket] });
    wire = await startWireRecorder(s3.endpoint);
    cloud = cloudContents(s3.endpoint, bucket);
    folder = await temporaryFolder('pause');
    engine = startEngine({
      onState: now => (state = now),
    });
  });
  afterEach(async () => {
    engine.dispose();
    cloud.close();
    await wire.stop();
    await s3.stop();
    await folder.remove();
  });

  function setup(bandwidthLimit?: string): FolderSetup {
    return {
      id: pathToFileURL(folder.path).href,
      folderId: 'f',
      name: 'w',
      root: folder.path,
      bucket,
      prefix: 'w/',
      settings: {
        endpoint: wire.endpoint,
        region: 'us-east-1',
        forcePathStyle: true,
        ...(bandwidthLimit === undefined ? {} : { bandwidthLimit }),
      },
    };
  }

  async function large(name: string, size: number): Promise<void> {
    await writeFile(join(folder.path, name), name);
    await truncate(join(folder.path, name), size);
  }

  async function start(
    how: FolderSetup,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<{ readonly report: Promise<Report> }> {
    await engine.compare([how], signal);
    const plan = await engine.planBackUp(
      { folders: [{ setup: how, scope: { kind: 'all' } }] },
      signal,
    );
    return { report: engine.run(plan.planId, signal) };
  }

  function progress() {
    assert.ok(state.kind === 'transferring' || state.kind === 'paused', state.kind);
    const [batch] = state.batches;
    assert.ok(batch);
    return batch;
  }

  it('keeps to the bandwidth limit, and tells rate and time left', async () => {
    await large('a', mebibyte);
    await large('b', mebibyte);
    const begun = performance.now();
    const { report } = await start(setup('1 MB'));
    await eventually(() => {
      const { bytesDone, bytesPerSecond, secondsLeft } = progress();
      assert.ok(bytesDone > mebibyte && bytesDone < 2 * mebibyte);
      assert.ok(bytesPerSecond > 0 && bytesPerSecond < 1.5 * mebibyte);
      assert.ok(secondsLeft !== undefined && secondsLeft < 10);
    });
    assert.equal((await report).done, 2);
    const seconds = (performance.now() - begun) / 1000;
    assert.ok(seconds > 1.6, String(seconds));
  });

  it('moves no byte while it is paused, and goes on where it was', async () => {
    await large('large', 12 * mebibyte);
    await large('small', mebibyte);
    const { report } = await start(setup('2 MB'));
    await eventually(() => {
      assert.ok(wire.bodyBytes > mebibyte);
    });
    engine.pause();
    await eventually(() => {
      assert.equal(state.kind, 'paused');
    });
    const { bytesDone } = progress();
    await assertAtRest(wire);
    assert.ok(progress().bytesDone <= bytesDone);
    await eventually(() => {
      assert.equal(progress().bytesPerSecond, 0);
    });
    engine.trafficChanged({});
    engine.resume();
    assert.equal((await report).done, 2);
    assert.equal((await cloud.read('w/large')).byteLength, 12 * mebibyte);
    // Part numbers that had arrived are not sent once more.
    assert.equal(wire.requests.filter(({ path }) => path.includes('?uploads')).length, 1);
  });

  it('takes what the store had finished for its own, though a pause lost the answer', async () => {
    await writeFile(join(folder.path, 'a'), 'a');
    // Nobody else is to be blamed for what the broken-off sending has left behind.
    wire.disturbNext(({ method }) => method === 'PUT', 'hold-answer');
    const { report } = await start(setup());
    await eventually(async () => {
      assert.deepEqual(await cloud.keys('w/'), ['w/a']);
    });
    engine.pause();
    engine.resume();
    assert.deepEqual([(await report).done, (await report).problems], [1, []]);
  });

  it('is cancelled though nothing answers, and keeps what can be resumed', async () => {
    await large('large', 40 * mebibyte);
    for (let n = 0; n < 6; n++) await large(`small${String(n)}`, mebibyte);
    for (let n = 0; n < 50; n++) wire.disturbNext(({ method }) => method === 'PUT', 'stall');
    const controller = new AbortController();
    const { report } = await start(setup(), controller.signal);
    await eventually(() => {
      assert.ok(wire.requests.filter(({ method }) => method === 'PUT').length >= 10);
    });
    controller.abort();
    const { cancelled, planned } = await report;
    assert.equal(cancelled, planned);
    await eventually(() => {
      // What is left is kept alive for the next request.
      assert.ok(wire.openConnections <= 2, String(wire.openConnections));
    });
    assert.ok(!wire.requests.some(({ method }) => method === 'DELETE'));
  });

  it('sends nothing more once it is cancelled, though much waited for its turn', async () => {
    await large('a', 2 * mebibyte);
    await large('b', mebibyte);
    await large('c', 9 * mebibyte);
    await large('d', 4 * mebibyte);
    const controller = new AbortController();
    const { report } = await start(setup('1 MB'), controller.signal);
    await eventually(() => {
      assert.ok(wire.bodyBytes > mebibyte / 2);
    });
    controller.abort();
    assert.ok((await report).cancelled > 0);
    await eventually(() => {
      assert.equal(state.kind, 'compared');
    });
    await assertAtRest(wire);
    assert.equal(state.kind, 'compared');
  });

  it('is cancelled while it is paused', async () => {
    await large('large', 20 * mebibyte);
    const controller = new AbortController();
    const { report } = await start(setup('2 MB'), controller.signal);
    await eventually(() => {
      assert.ok(wire.bodyBytes > mebibyte);
    });
    engine.pause();
    controller.abort();
    assert.equal((await report).cancelled, 1);
    await eventually(() => {
      assert.equal(state.kind, 'compared');
    });
    // The next batch is not paused.
    await writeFile(join(folder.path, 'next'), 'next');
    const next = await start(setup());
    assert.ok((await next.report).done >= 1);
  });
});
