import assert from 'node:assert/strict';
import { ThemeIcon, type Memento } from 'vscode';

import { groups, type Group } from '../../../src/protocol/verdicts';
import { setUserSetting, workspaceFolder } from '../../support/vscode/extensionUnderTest';
import { memento, openTree, type TreeUnderTest } from '../../support/vscode/treeUnderTest';

describe('The tree of a window that has not compared yet', () => {
  let memory: Memento;
  let opened: TreeUnderTest | undefined;

  beforeEach(async () => {
    memory = memento();
    await setUserSetting('bucket', 'past');
    await setUserSetting('prefix', 'here/');
  });
  afterEach(async () => {
    opened?.dispose();
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
  });

  /** What an earlier window has left: one file of each of these groups. */
  async function leave(prefix: string, ...found: readonly Group[]): Promise<void> {
    const numbers = groups.map(group => {
      const count = found.includes(group) ? 1 : 0;
      return [group, { files: count, bytes: count * 2048 }] as const;
    });
    const totals = {
      folder: workspaceFolder().uri.toString(),
      bucket: 'past',
      prefix,
      comparedAt: Date.now() - 3_600_000,
      groups: Object.fromEntries(numbers),
    };
    await memory.update('lastTotals', [totals]);
  }

  it('shows how it stood, behind the row that compares, without starting the engine', async () => {
    await leave('here/', 'missing-in-cloud', 'up-to-date');
    opened = openTree(memory);
    assert.equal(
      await opened.render(),
      [
        'Compare — to see how it is now',
        'Missing in Cloud — 1 · 2 KB',
        'Up to Date — 1 · 2 KB',
      ].join('\n'),
    );
    assert.ok(!opened.engine.running);
  });

  it('gives none of it a shield, a menu or anything to open', async () => {
    await leave('here/', 'up-to-date');
    opened = openTree(memory);
    const { iconPath, contextValue, command } = opened.tree.getTreeItem(
      await opened.find('Up to Date'),
    );
    assert.ok(iconPath instanceof ThemeIcon);
    assert.deepEqual([iconPath.id, contextValue, command], ['history', undefined, undefined]);
  });

  it('shows nothing that was found at another place', async () => {
    await leave('elsewhere/', 'up-to-date');
    opened = openTree(memory);
    assert.deepEqual(await opened.labels(), []);
  });
});
