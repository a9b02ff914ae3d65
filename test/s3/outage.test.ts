import assert from 'node:assert/strict';

import { eventually } from '../support/suite/eventually';
import { writeTree } from '../support/disk/localTree';
import { startEngineBehindWire, type EngineBehindWire } from '../support/engine/engineBehindWire';

const files = 8;
const never = new AbortController().signal;

describe('A store that goes away in mid-batch', function () {
  this.timeout(120_000);
  let behind: EngineBehindWire;

  beforeEach(async () => {
    behind = await startEngineBehindWire('outage');
    const { engine, setup } = behind;
    const names = Array.from({ length: files }, (_, n) => `file ${String(n)}`);
    await writeTree(setup.root, Object.fromEntries(names.map(name => [name, name])));
    await engine.compare([setup], never);
  });
  afterEach(() => behind.stop());

  function pauses() {
    return behind.states.flatMap(state => (state.kind === 'paused' ? [state.why] : []));
  }

  it('pauses the batch, which goes on by itself and loses no file', async () => {
    // More than all files together try before they give up.
    const { engine, wire, planAll } = behind;
    const planId = await planAll();
    for (let n = 0; n < files * 4 + 2; n++) wire.disturbNext(() => true, 'busy');
    const report = await engine.run(planId, never);
    assert.deepEqual([report.done, report.failed], [files, 0]);
    const [why] = pauses();
    assert.ok(why?.kind === 'store-unreachable', why?.kind);
    assert.equal(why.failure.code, 'store-busy');
    assert.equal(behind.states.at(-1)?.kind, 'compared');
  });

  it('is not waited for by who cancels', async () => {
    const { engine, wire, planAll } = behind;
    const planId = await planAll();
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
