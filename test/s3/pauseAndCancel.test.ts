import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { FolderSetup } from '../../src/protocol/folders';
import type { Report } from '../../src/protocol/reports';
import { cloudContents, type CloudContents } from '../support/servers/cloudContents';
import { eventually } from '../support/suite/eventually';
import { assertAtRest } from '../support/suite/assertAtRest';
import { startEngineBehindWire, type EngineBehindWire } from '../support/engine/engineBehindWire';

const bucket = 'pause-and-cancel';
const mebibyte = 1 << 20;

describe('A batch on a slow or silent wire', function () {
  this.timeout(120_000);
  let behind: EngineBehindWire;
  let cloud: CloudContents;

  beforeEach(async () => {
    behind = await startEngineBehindWire(bucket);
    cloud = cloudContents(behind.endpoint, bucket);
  });
  afterEach(async () => {
    cloud.close();
    await behind.stop();
  });

  function limitedTo(bandwidthLimit: string): FolderSetup {
    const { setup } = behind;
    return { ...setup, settings: { ...setup.settings, bandwidthLimit } };
  }

  async function large(name: string, size: number): Promise<void> {
    await writeFile(join(behind.setup.root, name), name);
    await truncate(join(behind.setup.root, name), size);
  }

  async function start(
    setup: FolderSetup,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<{ readonly report: Promise<Report> }> {
    const { engine, planAll } = behind;
    await engine.compare([setup], signal);
    return { report: engine.run(await planAll(setup), signal) };
  }

  function state() {
    const now = behind.states.at(-1);
    assert.ok(now);
    return now;
  }

  function progress() {
    const now = state();
    assert.ok(now.kind === 'transferring' || now.kind === 'paused', now.kind);
    const [batch] = now.batches;
    assert.ok(batch);
    return batch;
  }

  it('keeps to the bandwidth limit, and tells rate and time left', async () => {
    await large('a', mebibyte);
    await large('b', mebibyte);
    const begun = performance.now();
    const { report } = await start(limitedTo('1 MB'));
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
    const { report } = await start(limitedTo('2 MB'));
    await eventually(() => {
      assert.ok(behind.wire.bodyBytes > mebibyte);
    });
    behind.engine.pause();
    await eventually(() => {
      assert.equal(state().kind, 'paused');
    });
    const { bytesDone } = progress();
    await assertAtRest(behind.wire);
    assert.ok(progress().bytesDone <= bytesDone);
    await eventually(() => {
      assert.equal(progress().bytesPerSecond, 0);
    });
    behind.engine.trafficChanged({});
    behind.engine.resume();
    assert.equal((await report).done, 2);
    assert.equal((await cloud.read('w/large')).byteLength, 12 * mebibyte);
    // Part numbers that had arrived are not sent once more.
    assert.equal(behind.wire.requests.filter(({ path }) => path.includes('?uploads')).length, 1);
  });

  it('takes what the store had finished for its own, though a pause lost the answer', async () => {
    await writeFile(join(behind.setup.root, 'a'), 'a');
    // Nobody else is to be blamed for what the broken-off sending has left behind.
    behind.wire.disturbNext(({ method }) => method === 'PUT', 'hold-answer');
    const { report } = await start(behind.setup);
    await eventually(async () => {
      assert.deepEqual(await cloud.keys('w/'), ['w/a']);
    });
    behind.engine.pause();
    behind.engine.resume();
    assert.deepEqual([(await report).done, (await report).problems], [1, []]);
  });

  it('is cancelled though nothing answers, and keeps what can be resumed', async () => {
    await large('large', 40 * mebibyte);
    for (let n = 0; n < 6; n++) await large(`small${String(n)}`, mebibyte);
    for (let n = 0; n < 50; n++) behind.wire.disturbNext(({ method }) => method === 'PUT', 'stall');
    const controller = new AbortController();
    const { report } = await start(behind.setup, controller.signal);
    await eventually(() => {
      assert.ok(behind.wire.requests.filter(({ method }) => method === 'PUT').length >= 10);
    });
    controller.abort();
    const { cancelled, planned } = await report;
    assert.equal(cancelled, planned);
    await eventually(() => {
      // What is left is kept alive for the next request.
      assert.ok(behind.wire.openConnections <= 2, String(behind.wire.openConnections));
    });
    assert.ok(!behind.wire.requests.some(({ method }) => method === 'DELETE'));
  });

  it('sends nothing more once it is cancelled, though much waited for its turn', async () => {
    await large('a', 2 * mebibyte);
    await large('b', mebibyte);
    await large('c', 9 * mebibyte);
    await large('d', 4 * mebibyte);
    const controller = new AbortController();
    const { report } = await start(limitedTo('1 MB'), controller.signal);
    await eventually(() => {
      assert.ok(behind.wire.bodyBytes > mebibyte / 2);
    });
    controller.abort();
    assert.ok((await report).cancelled > 0);
    await eventually(() => {
      assert.equal(state().kind, 'compared');
    });
    await assertAtRest(behind.wire);
    assert.equal(state().kind, 'compared');
  });

  it('is cancelled while it is paused', async () => {
    await large('large', 20 * mebibyte);
    const controller = new AbortController();
    const { report } = await start(limitedTo('2 MB'), controller.signal);
    await eventually(() => {
      assert.ok(behind.wire.bodyBytes > mebibyte);
    });
    behind.engine.pause();
    controller.abort();
    assert.equal((await report).cancelled, 1);
    await eventually(() => {
      assert.equal(state().kind, 'compared');
    });
    // The next batch is not paused.
    await writeFile(join(behind.setup.root, 'next'), 'next');
    const next = await start(behind.setup);
    assert.ok((await next.report).done >= 1);
  });
});
