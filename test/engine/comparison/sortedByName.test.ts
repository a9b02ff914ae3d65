import assert from 'node:assert/strict';
import fc from 'fast-check';

import { SortedByName } from '../../../src/engine/comparison/sortedByName';
import type { FilePath } from '../../../src/protocol/folders';
import { assertProperty } from '../../support/suite/assertProperty';

function named(path: string) {
  return { path: path as FilePath };
}

function pathOf({ path }: ReturnType<typeof named>): FilePath {
  return path;
}

describe('sortedByName', () => {
  it('puts what comes and goes where sorting anew would put it', () => {
    const names = fc.oneof(
      fc.constantFrom('a2', 'a10', 'A2', '_a', 'é', 'e\u0301', '\ud800', ''),
      fc.string({ maxLength: 3 }),
    );
    assertProperty(
      fc.property(fc.array(names, { maxLength: 40 }), steps => {
        const there = new Map<string, ReturnType<typeof named>>();
        const kept = new SortedByName(() => [...there.values()], pathOf);
        kept.get();
        for (const name of steps) {
          const known = there.get(name);
          if (known === undefined) {
            const item = named(name);
            there.set(name, item);
            kept.came(item);
          } else {
            there.delete(name);
            kept.went(known);
          }
          const anew = new SortedByName(() => [...there.values()].toReversed(), pathOf);
          assert.deepEqual(kept.get(), anew.get());
        }
      }),
    );
  });

  it('sorts numbers as people do', () => {
    const all = ['file10', 'file2', 'File1'].map(named);
    assert.deepEqual(
      new SortedByName(() => all, pathOf).get().map(({ path }) => path),
      ['File1', 'file2', 'file10'],
    );
  });

  it('sorts once, however many rows change one after the other', () => {
    const { kept, change, timesSorted } = ofMany();
    for (let index = 0; index < 5_000; index++) {
      change(index);
      kept.get();
    }
    assert.equal(timesSorted(), 1);
  });

  it('sorts once for many changes that nobody has looked at', () => {
    const { kept, change, timesSorted } = ofMany();
    for (let index = 0; index < 5_000; index++) change(index);
    assert.equal(kept.get().length, 10_000);
    assert.equal(timesSorted(), 2);
  });
});

/** Ten thousand names that were sorted once. */
function ofMany() {
  const all = Array.from({ length: 10_000 }, (_, index) => named(String(index)));
  let count = 0;
  const kept = new SortedByName(() => {
    count++;
    return all;
  }, pathOf);
  kept.get();
  return {
    kept,
    /** Has one go and come, as when its row changes. */
    change: (index: number) => {
      const item = all[index];
      assert.ok(item);
      kept.went(item);
      kept.came(item);
    },
    timesSorted: () => count,
  };
}
