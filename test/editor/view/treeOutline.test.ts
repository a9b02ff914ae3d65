import assert from 'node:assert/strict';

import type { PastFindings } from '../../../src/editor/view/pastTotals';
import { groupKey, recountedGroups, treeOutline } from '../../../src/editor/view/treeOutline';
import type { ComparisonTotals } from '../../../src/protocol/comparisons';
import type { State } from '../../../src/protocol/state';
import { groups, type Group } from '../../../src/protocol/verdicts';

describe('The outline of the tree', () => {
  function outlineOf(doubts: Pick<ComparisonTotals, 'proved' | 'unconfirmed'>) {
    const each = <T>(value: T) =>
      Object.fromEntries(groups.map(group => [group, value])) as Record<Group, T>;
    const comparison: ComparisonTotals = {
      ...{ folder: 'f', bucket: 'b', prefix: 'f/', comparedAt: 1, found: 3 * groups.length },
      ...{ incomplete: undefined, shown: undefined, rows: each(3), ...doubts },
      groups: each({ files: 3, bytes: 3 }),
      ...{ provedBytes: 0, unconfirmedBytes: 0 },
    };
    const state: State = { kind: 'compared', comparisons: [comparison], unfinished: [] };
    const targets = { statusOf: () => ({ kind: 'none' as const }) } as never;
    const findings: PastFindings | undefined = undefined;
    return treeOutline({ engine: { state }, targets, past: { findings } });
  }

  it('has a group drawn again when a doubt changes that its row and the badge both count', () => {
    const before = outlineOf({ proved: 1, unconfirmed: 0 });
    assert.deepEqual(recountedGroups(before, outlineOf({ proved: 1, unconfirmed: 0 })), []);
    for (const doubts of [
      { proved: 1, unconfirmed: 2 },
      { proved: 3, unconfirmed: 0 },
    ]) {
      const recounted = recountedGroups(before, outlineOf(doubts));
      assert.deepEqual(recounted, [groupKey('f', 'up-to-date')]);
    }
  });
});
