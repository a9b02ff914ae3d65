import assert from 'node:assert/strict';

import {
  costOfWrite,
  costOfWrites,
  totalOf,
  type KnownStore,
  type PlannedWrite,
} from '../../../src/engine/backup/writeCosts';
import { knownOfWrites } from '../../../src/engine/s3/knownOfWrites';
import { storeCapabilities } from '../../../src/engine/s3/storeCapabilities';

const mebibyte = 1 << 20;
const honouring: KnownStore = { ...knownOfWrites(storeCapabilities('aws')), keepsVersions: true };
const unknown: KnownStore = {
  ...knownOfWrites(storeCapabilities('unknown')),
  keepsVersions: false,
};

function write(differing: Partial<PlannedWrite> = {}): PlannedWrite {
  return { size: 1, condition: 'absent', hasOtherReceipt: false, cutOff: 0, ...differing };
}

describe('The costs of a write', () => {
  it('are one request for a small file where conditions are honoured', () => {
    for (const condition of ['absent', 'unchanged'] as const) {
      for (const size of [0, 8 * mebibyte]) {
        assert.deepEqual(costOfWrite(write({ size, condition }), honouring), { PUT: 1 });
      }
    }
  });

  it('are those of its parts, begin and complete for a large one', () => {
    const cost = (size: number) => costOfWrite(write({ size }), honouring);
    assert.deepEqual(cost(8 * mebibyte + 1), { 'PUT part': 2, POST: 2 });
    assert.deepEqual(cost(6 * 1024 * mebibyte), { 'PUT part': 768, POST: 2 });
  });

  it('have a look with them where the condition alone is not relied on, and a list of versions', () => {
    assert.deepEqual(costOfWrite(write(), unknown), { PUT: 1, HEAD: 1 });
    const versioned = { ...unknown, keepsVersions: true };
    assert.deepEqual(costOfWrite(write(), versioned), { PUT: 1, HEAD: 1, LIST: 1 });
  });

  it('have a look with them where another copy was recorded', () => {
    const cost = costOfWrite(write({ hasOtherReceipt: true }), honouring);
    assert.deepEqual(cost, { PUT: 1, HEAD: 1 });
  });

  it('have the pages of its parts with them where an upload was cut off, and its end', () => {
    const cost = costOfWrite(write({ size: 16_000 * mebibyte, cutOff: 1 }), honouring);
    assert.deepEqual(cost, { 'PUT part': 2_000, POST: 2, GET: 2, other: 1 });
  });

  it('have a reading of it with them where no answer proves what was stored', () => {
    const capabilities = storeCapabilities('unknown');
    capabilities.shown['digest-etags'] = 'unsupported';
    capabilities.checksums.put = 'unsupported';
    const store = { ...knownOfWrites(capabilities), keepsVersions: false };
    assert.deepEqual(costOfWrite(write(), store), { PUT: 1, HEAD: 2, GET: 1 });
  });
});

describe('The costs of many writes', () => {
  it('are those of each where the store is known', () => {
    const writes = [
      ...Array.from({ length: 1_000 }, () => write()),
      write({ condition: 'unchanged' }),
      write({ size: 9 * mebibyte }),
    ];
    assert.deepEqual(costOfWrites(writes, honouring), { PUT: 1_001, 'PUT part': 2, POST: 2 });
  });

  it('have a trial with them where it will come to that, once', () => {
    const heads = (files: number) =>
      costOfWrites(
        Array.from({ length: files }, () => write({ condition: 'absent' })),
        { ...unknown, looks: honouring.looks, triesChecksums: honouring.triesChecksums },
      ).HEAD ?? 0;
    assert.deepEqual([3, 4, 400].map(heads), [0, 3, 3]);
  });

  it('are hardly more than a look for each of many small files where nothing is known', () => {
    const files = 10_000;
    const told = totalOf(
      costOfWrites(
        Array.from({ length: files }, () => write()),
        unknown,
      ),
    );
    // It may be a store that ignores conditions.
    assert.ok(told >= 2 * files);
    assert.ok(told <= 2.1 * files, String(told));
  });
});
