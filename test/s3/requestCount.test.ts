import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { requestKind } from '../../src/engine/network/requestCount';
import type { RequestCounts } from '../../src/protocol/reports';
import { startEngineBehindWire, type EngineBehindWire } from '../support/engine/engineBehindWire';
import type { WireRequest } from '../support/servers/wire';

describe('The requests that are told of', function () {
  this.timeout(120_000);
  let behind: EngineBehindWire;

  beforeEach(async () => {
    behind = await startEngineBehindWire('request-count');
  });
  afterEach(() => behind.stop());

  it('are those on the wire, each attempt counted, of comparison and batch', async () => {
    const { engine, wire, setup, logged, planAll } = behind;
    const { signal } = new AbortController();
    // Sent in parts: by the SDK what begins it, without it the rest.
    await writeFile(join(setup.root, 'large'), '');
    await truncate(join(setup.root, 'large'), 12 << 20);

    await engine.compare([setup], signal);
    assert.deepEqual(countsOf(wire.requests), { ...nothing, LIST: 1 });
    assert.match(logged.at(-1) ?? '', /^Compared .*; 1 LIST$/);

    const planId = await planAll();
    const before = wire.requests.length;
    wire.disturbNext(({ method }) => method === 'PUT', 'busy');
    wire.disturbNext(({ path }) => path.includes('uploads'), 'busy');
    const { done, requests } = await engine.run(planId, signal);
    assert.equal(done, 1);
    assert.deepEqual(requests, countsOf(wire.requests.slice(before)));
    // Two parts and one of them again; the beginning twice, and the completion.
    assert.deepEqual([requests.PUT, requests.POST], [3, 3]);
    assert.match(logged.at(-1) ?? '', /^Batch of 1: .*; .*3 PUT, 3 POST$/);
  });
});

const nothing: RequestCounts = { LIST: 0, HEAD: 0, GET: 0, PUT: 0, POST: 0, other: 0 };

function countsOf(requests: readonly WireRequest[]): RequestCounts {
  const counts = { ...nothing };
  for (const { method, path } of requests) {
    const { searchParams } = new URL(path, 'http://localhost');
    counts[requestKind(method, Object.fromEntries(searchParams))]++;
  }
  return counts;
}
