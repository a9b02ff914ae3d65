import assert from 'node:assert/strict';

import { QueuedWrites } from '../../../src/engine/records/queuedWrites';
import { eventually } from '../../support/suite/eventually';

const locked = Object.assign(new Error('locked'), { errcode: 5 });
const full = Object.assign(new Error('full'), { errcode: 13 });

describe('Writes to a file that may be locked', () => {
  let isLocked: boolean;
  let written: number[];
  let settled: number[];
  let troubles: unknown[];

  beforeEach(() => {
    isLocked = true;
    written = [];
    settled = [];
    troubles = [];
  });

  function write(number: number) {
    return {
      run: () => {
        if (isLocked) throw locked;
        written.push(number);
      },
      onSettled: () => {
        settled.push(number);
      },
    };
  }

  it('are done at once where nobody has it locked', () => {
    isLocked = false;
    const writes = new QueuedWrites(why => troubles.push(why));
    writes.add(write(1));
    assert.deepEqual([written, settled], [[1], [1]]);
  });

  it('are done in their order when the lock has gone, each once', async () => {
    const writes = new QueuedWrites(why => troubles.push(why));
    const all = Array.from({ length: 1000 }, (_, number) => number);
    for (const number of all) writes.add(write(number));
    assert.deepEqual(settled, []);
    isLocked = false;
    writes.add(write(1000));
    await eventually(() => {
      assert.deepEqual(settled, [...all, 1000]);
    });
    assert.deepEqual(written, settled);
    assert.deepEqual(troubles, []);
  });

  it('are given up when the lock lasts, and later ones tried again', async () => {
    const writes = new QueuedWrites(why => troubles.push(why), -1);
    writes.add(write(1));
    writes.add(write(2));
    await eventually(() => {
      assert.deepEqual(settled, [1, 2]);
    });
    assert.deepEqual(troubles, [locked]);
    isLocked = false;
    writes.add(write(3));
    assert.deepEqual(written, [3]);
  });

  it('are tried once more in the end, and told of where that fails', () => {
    const writes = new QueuedWrites(why => troubles.push(why));
    writes.add(write(1));
    writes.close();
    assert.deepEqual(troubles, [locked]);
    writes.add(write(2));
    isLocked = false;
    writes.close();
    assert.deepEqual(written, [2]);
  });

  it('are given up at once where it is not a lock that they meet', () => {
    const writes = new QueuedWrites(why => troubles.push(why));
    writes.add({
      ...write(1),
      run: () => {
        throw full;
      },
    });
    assert.deepEqual([settled, troubles], [[1], [full]]);
  });
});
