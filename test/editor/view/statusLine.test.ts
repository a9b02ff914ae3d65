import assert from 'node:assert/strict';
import fc from 'fast-check';

import { statusLine, unsafeFiles, unsafeText } from '../../../src/editor/view/statusLine';
import type { ComparisonTotals } from '../../../src/protocol/comparisons';
import type { BatchProgress, State } from '../../../src/protocol/state';
import { groups, type Group } from '../../../src/protocol/verdicts';
import { assertProperty } from '../../support/suite/assertProperty';

const few = fc.nat(20);

const totals: fc.Arbitrary<ComparisonTotals> = fc
  .record({
    files: fc.array(few, { minLength: groups.length, maxLength: groups.length }),
    share: few,
    unsure: few,
  })
  .map(({ files, share, unsure }) => {
    const numbers = Object.fromEntries(
      groups.map((group, index) => [group, files[index] ?? 0]),
    ) as Readonly<Record<Group, number>>;
    return {
      folder: 'file:///f',
      bucket: 'b',
      prefix: 'p/',
      comparedAt: 0,
      found: Object.values(numbers).reduce((sum, count) => sum + count, 0),
      groups: Object.fromEntries(
        groups.map(group => [group, { files: numbers[group], bytes: numbers[group] }]),
      ) as ComparisonTotals['groups'],
      proved: Math.min(share, numbers['up-to-date']),
      unconfirmed: Math.min(unsure, numbers['up-to-date'] - Math.min(share, numbers['up-to-date'])),
      ...{ provedBytes: 0, unconfirmedBytes: 0 },
      incomplete: undefined,
      shown: undefined,
      rows: numbers,
    };
  });

/** The numbers that a text gives to kinds of files, added up. */
function sumIn(text: string): number {
  const told = [
    ...text.matchAll(/(\d+) (?:to back up|changed|couldn’t|not proved|not confirmed)/g),
  ];
  return told.reduce((sum, [, count]) => sum + Number(count), 0);
}

describe('What the view says of proofs in the background', () => {
  it('adds up what they have done in all folders', () => {
    assertProperty(
      fc.property(fc.array(totals, { minLength: 1, maxLength: 3 }), comparisons => {
        const line = (of: readonly ComparisonTotals[]) =>
          statusLine({ kind: 'compared', comparisons: of, unfinished: [] }, 0, 1) ?? '';
        const proving = { files: 3, filesDone: 1, bytes: 50, bytesDone: 20 };
        const told = line(comparisons.map(comparison => ({ ...comparison, proving })));
        const count = comparisons.length;
        const added = told.slice(line(comparisons).length);
        const numbers = [count, 3 * count, 20 * count, 50 * count];
        assert.deepEqual(added.match(/\d+/g)?.map(Number), numbers);
      }),
    );
  });
});

describe('What the view says of unsafe files', () => {
  it('is the same in its line, its badge and the badge’s tooltip', () => {
    assertProperty(
      fc.property(fc.array(totals, { minLength: 1, maxLength: 3 }), comparisons => {
        const unsafe = unsafeFiles(comparisons);
        const line = statusLine({ kind: 'compared', comparisons, unfinished: [] }, 0, 1);
        assert.equal(sumIn(line ?? ''), unsafe.files);
        const tooltip = unsafeText(unsafe);
        assert.equal(sumIn(tooltip), unsafe.files);
        assert.equal(Number(/^\d+/.exec(tooltip)?.[0]), unsafe.files);
      }),
    );
  });
});

describe('What the view says of a batch', () => {
  it('is that it waits for the store only while nothing of it moves', () => {
    const progress = (awaitsStore: boolean): BatchProgress => ({
      work: 'back-up',
      planId: 1,
      files: 3,
      bytes: 30,
      filesDone: 1,
      bytesDone: 10,
      done: 1,
      failed: 0,
      bytesPerSecond: 0,
      secondsLeft: undefined,
      awaitsStore,
      current: undefined,
    });
    const isToldOf = (...waits: readonly boolean[]): boolean => {
      const batches = waits.map(progress);
      const state: State = { kind: 'transferring', batches, comparisons: [], unfinished: [] };
      return statusLine(state, undefined, 0)?.includes('waiting for the store') === true;
    };
    assert.deepEqual(
      [isToldOf(true), isToldOf(false), isToldOf(true, false), isToldOf(true, true)],
      [true, false, false, true],
    );
  });
});
