import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { FailureCode } from '../../src/protocol/failures';
import type { Report } from '../../src/protocol/reports';
import { eventually } from '../support/suite/eventually';
import { writeTree } from '../support/disk/localTree';
import type { WireRequest } from '../support/servers/wire';
import { startEngineBehindWire, type EngineBehindWire } from '../support/engine/engineBehindWire';

const never = new AbortController().signal;
const good = names('good', 20);
const bad = names('bad', 6);

function names(word: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${word}${String(n)}`);
}

describe('Files that a store always refuses', function () {
  // None of these batches ever ended once.
  this.timeout(120_000);
  let behind: EngineBehindWire;

  beforeEach(async () => {
    behind = await startEngineBehindWire('refused');
  });
  afterEach(() => behind.stop());

  /** The number of a plan for these files. */
  async function planFor(files: readonly string[]): Promise<number> {
    const { engine, setup, planAll } = behind;
    await writeTree(setup.root, Object.fromEntries(files.map(name => [name, name])));
    await engine.compare([setup], never);
    return planAll();
  }

  function isBad({ path }: WireRequest): boolean {
    return path.includes('bad');
  }

  function requireSum({ planned, done, failed, skipped, cancelled }: Report): void {
    assert.equal(done + failed + skipped + cancelled, planned);
  }

  const refusals: readonly (readonly [number, string, FailureCode, number])[] = [
    [500, 'InternalError', 'file-refused', 5],
    [503, 'SlowDown', 'file-refused', 5],
    [403, 'SignatureDoesNotMatch', 'file-refused', 2],
    // With all headers, without the CRC32, and without the condition as well.
    [501, 'NotImplemented', 'not-implemented', 3],
  ];

  for (const [status, name, code, mostPuts] of refusals) {
    it(`fail for themselves with ${String(status)}, and what waits behind them begins`, async () => {
      const { engine, wire, setup, states } = behind;
      const planId = await planFor([...bad, ...good]);
      wire.refuseAll(now => now.method === 'PUT' && isBad(now), { status, code: name });
      const running = engine.run(planId, never);
      const comparing = engine.compare([setup], never);
      const report = await running;
      requireSum(report);
      assert.deepEqual([report.done, report.failed], [good.length, bad.length]);
      assert.deepEqual(report.reasons, { [code]: bad.length });
      for (const { path, failure } of report.problems) {
        assert.equal(failure.subject, `w/${path}`);
        assert.ok(failure.cause?.includes(name), failure.cause);
      }
      assert.ok(!states.some(({ kind }) => kind === 'paused'));
      for (const file of bad) {
        const puts = wire.requests.filter(
          ({ method, path }) => method === 'PUT' && path.includes(file),
        );
        assert.ok(puts.length <= mostPuts, `${String(puts.length)} puts of ${file}`);
      }
      await comparing;
      assert.equal(states.at(-1)?.kind, 'compared');
    });
  }

  it('fail soon where they are refused already when they are looked at', async () => {
    const { engine, wire } = behind;
    const planId = await planFor([...bad, ...good]);
    wire.refuseAll(isBad, { status: 500, code: 'InternalError' });
    const report = await engine.run(planId, never);
    requireSum(report);
    assert.deepEqual([report.done, report.failed], [good.length, bad.length]);
    // The HEAD before a write is not tried again by itself: the whole of it is.
    for (const file of bad) {
      assert.ok(wire.requests.filter(({ path }) => path.includes(file)).length <= 5);
    }
  });

  it('are not counted to what an outage has left', async () => {
    const { engine, wire, setup } = behind;
    const planId = await planFor(bad);
    wire.refuseAll(now => now.method === 'PUT', { status: 500, code: 'InternalError' });
    assert.equal((await engine.run(planId, never)).failed, bad.length);
    const left = await engine.planBackUp(
      { folders: [{ setup, scope: { kind: 'unfinished' } }] },
      never,
    );
    assert.equal(left.files, 0);
  });

  it('keep the parts that have arrived, for the day when the rest is taken', async () => {
    const { engine, wire, setup } = behind;
    await writeFile(join(setup.root, 'large'), 'large');
    await truncate(join(setup.root, 'large'), 20 << 20);
    const planId = await planFor([]);
    let refuses = true;
    wire.refuseAll(({ path }) => refuses && path.includes('partNumber=2'), {
      status: 500,
      code: 'InternalError',
    });
    assert.deepEqual((await engine.run(planId, never)).reasons, { 'file-refused': 1 });
    // This server lists no parts, so that it is begun anew; but nobody has given them up.
    assert.ok(!wire.requests.some(({ method }) => method === 'DELETE'));
    refuses = false;
    assert.equal((await engine.run(await planFor([]), never)).done, 1);
  });

  it('end a batch where they are all, and what is left is offered again', async () => {
    const { engine, wire, setup, states } = behind;
    const files = names('file', 100);
    const planId = await planFor(files);
    let isFull = true;
    wire.refuseAll(({ method }) => isFull && method === 'PUT', {
      status: 507,
      code: 'XMinioStorageFull',
    });
    const report = await engine.run(planId, never);
    requireSum(report);
    assert.equal(report.stopped?.code, 'store-full');
    assert.ok(report.cancelled > 0);
    assert.ok(!states.some(({ kind }) => kind === 'paused'));
    isFull = false;
    const left = await engine.planBackUp(
      { folders: [{ setup, scope: { kind: 'unfinished' } }] },
      never,
    );
    assert.equal(left.files, report.cancelled);
    assert.equal((await engine.run(left.planId, never)).done, left.files);
  });

  it('are told from an outage, whose files say after Cancel what they waited for', async () => {
    const { engine, wire, states } = behind;
    // More than can be under way at once.
    const files = names('file', 80);
    const planId = await planFor(files);
    wire.refuseAll(() => true, { status: 503, code: 'SlowDown' });
    const cancelled = new AbortController();
    const running = engine.run(planId, cancelled.signal);
    await eventually(() => {
      assert.ok(states.some(({ kind }) => kind === 'paused'));
    }, 30_000);
    cancelled.abort();
    const report = await running;
    requireSum(report);
    assert.equal(report.cancelled, files.length);
    assert.deepEqual(report.reasons, { 'store-busy': files.length });
    const { entries } = engine.reportPage({ planId, offset: 0, limit: 100 });
    assert.ok(entries.every(({ failure }) => failure?.code === 'store-busy'));
  });
});
