import assert from 'node:assert/strict';

import { runOnRow } from '../../src/editor/rowClick';
import { moreItem } from '../../src/editor/view/treeItem';
import type { GroupNode, MoreNode, TreeNode } from '../../src/editor/view/treeNode';

const folder = 'file:///project';
const group: GroupNode = { kind: 'group', folder, group: 'missing-in-cloud', parent: undefined };
const more: MoreNode = { kind: 'more', folder, parent: group, left: 1 };

/** A view that says so of its selection, one answer after the other, and then the last again. */
function selecting(...answers: readonly (readonly TreeNode[])[]) {
  const left = [...answers];
  const treeView = {
    get selection(): readonly TreeNode[] {
      return (left.length > 1 ? left.shift() : left[0]) ?? [];
    },
  };
  return { view: { treeView } };
}

async function ranOn(
  deps: ReturnType<typeof selecting>,
  named?: TreeNode,
): Promise<readonly TreeNode[]> {
  const ran: TreeNode[] = [];
  await runOnRow(deps, named, (_, node) => {
    ran.push(node);
  });
  return ran;
}

describe('The command of a row', () => {
  it('is given no arguments, which VS Code would forget as it draws the row anew', () => {
    assert.equal(moreItem(more).command?.arguments, undefined);
  });

  it('runs on the row that is selected', async () => {
    assert.deepEqual(await ranOn(selecting([more])), [more]);
  });

  it('waits while VS Code knows no row, since it asks for all of them anew', async () => {
    assert.deepEqual(await ranOn(selecting([], [], [], [more])), [more]);
  });

  it('does nothing where the row is gone, or several are selected', async () => {
    assert.deepEqual(await ranOn(selecting([])), []);
    assert.deepEqual(await ranOn(selecting([more, group])), []);
  });

  it('runs on a row that is named, whatever is selected', async () => {
    assert.deepEqual(await ranOn(selecting([group]), more), [more]);
  });
});
