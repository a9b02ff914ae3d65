import assert from 'node:assert/strict';
import promises from 'node:fs/promises';
import { mock } from 'node:test';

import { FreeSpace } from '../../../src/engine/disk/freeSpace';

describe('FreeSpace', () => {
  let nowMs: number;
  let asked: number;
  let blocks: bigint;
  let space: FreeSpace;

  beforeEach(() => {
    [nowMs, asked, blocks] = [0, 0, 1_000n];
    mock.method(promises, 'statfs', () => {
      asked++;
      return Promise.resolve({ blocks: 2_000n, bavail: blocks, bsize: 1n });
    });
    space = new FreeSpace(() => nowMs);
  });
  afterEach(() => {
    mock.restoreAll();
  });

  const on = (volume: string) => ({ volume, at: (name: string) => name });

  it('asks a disk once in a while for however many files', async () => {
    for (let file = 0; file < 50; file++) {
      assert.ok(((await space.take(on('1'), 5)) ?? 0n) >= 5n);
    }
    assert.equal(asked, 1);
    await space.take(on('2'), 5);
    assert.equal(asked, 2);
    nowMs = 1_001;
    await space.take(on('1'), 5);
    assert.equal(asked, 3);
  });

  it('says by a fresh answer alone that there is too little', async () => {
    await space.take(on('1'), 900);
    assert.equal(await space.take(on('1'), 90), 1_000n);
    assert.equal(asked, 2);
    blocks = 40n;
    assert.equal(await space.take(on('1'), 900), 40n);
  });

  it('asks each time what does not say', async () => {
    blocks = 0n;
    for (let file = 0; file < 3; file++) assert.equal(await space.take(on('1'), 5), 0n);
    assert.equal(asked, 3);
  });
});
