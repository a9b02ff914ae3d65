import assert from 'node:assert/strict';
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MarkdownString, ThemeIcon, type TreeItem, TreeItemCollapsibleState } from 'vscode';

import { folderItem } from '../../../src/editor/view/folderItem';
import { rowTooltip } from '../../../src/editor/view/rowTooltip';
import { groupItem } from '../../../src/editor/view/treeItem';
import type { TreeNode } from '../../../src/editor/view/treeNode';
import { compare, type ComparisonTotals } from '../../../src/protocol/comparisons';
import type { FolderSetup } from '../../../src/protocol/folders';
import { planBackUp, runPlan } from '../../../src/protocol/plans';
import type { Group } from '../../../src/protocol/verdicts';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { testVariable } from '../../support/suite/testEnvironment';
import { workspaceFolder } from '../../support/vscode/extensionUnderTest';
import { untilEngineEnds } from '../../support/vscode/engineThreads';
import {
  onlyComparison,
  putObject,
  putUncomparableObject,
  untilState,
} from '../../support/vscode/extensionUnderTest';
import { fileNode } from '../../support/vscode/cloudRows';
import { openTree, type TreeUnderTest } from '../../support/vscode/treeUnderTest';

describe('The tree', () => {
  let temporary: TemporaryFolder;
  let setup: FolderSetup;
  let opened: TreeUnderTest;

  before(async () => {
    temporary = await temporaryFolder('tree');
    setup = {
      id: pathToFileURL(temporary.path).href,
      folderId: 'f',
      name: 'tree',
      root: temporary.path,
      bucket: testVariable('embeddedBucket'),
      prefix: 'tree/',
      settings: {
        endpoint: testVariable('embeddedEndpoint'),
        region: 'us-east-1',
        forcePathStyle: true,
        exclude: ['*.log'],
      },
    };
    const past = new Date(Date.now() - 86_400_000);
    const future = new Date(Date.now() + 86_400_000);
    await putObject('tree/newer-there.txt', 'a longer text in the cloud');
    await putObject('tree/out/dated.txt', 'old');
    // Or it would be proved in the background while the test looks at it.
    const parts = ['a'.repeat((5 << 20) + 1), 'b'];
    await putUncomparableObject('tree/same-older.txt', parts);
    await putObject('tree/same-newer.txt', 'abc');
    await putObject('tree/only/there.txt', 'there');
    await write('newer-there.txt', 'short', past);
    await write('out/dated.txt', 'new text', future);
    await write('same-older.txt', parts.join(''), past);
    await write('same-newer.txt', 'abc', future);
    await write('missing/deep/one.txt', 'one');
    await write('missing/two.txt', 'two!');
    await write('trace.log', 'log');
    await symlink('trace.log', join(temporary.path, 'link'));
    for (let index = 0; index < 1_005; index++) {
      await write(`many/${String(index).padStart(4, '0')}.txt`, 'x');
    }
    opened = openTree();
    // What a test is to see drawn must not be part of drawing everything.
    const drawn = untilAllDrawn();
    await opened.engine.sendRequest(compare, [setup]);
    await drawn;
  });
  after(async () => {
    await untilEngineEnds(() => {
      opened.dispose();
    });
    await temporary.remove();
  });

  function untilAllDrawn(): Promise<void> {
    return new Promise(resolve => {
      const listening = opened.tree.onDidChangeTreeData(nodes => {
        if (nodes !== undefined || opened.engine.state.comparisons.length === 0) return;
        listening.dispose();
        resolve();
      });
    });
  }

  async function write(path: string, content: string, modified?: Date): Promise<void> {
    const file = join(temporary.path, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    if (modified !== undefined) await utimes(file, modified, modified);
  }

  function totals(): ComparisonTotals {
    return onlyComparison(opened.engine.state);
  }

  async function item(...labels: readonly string[]): Promise<TreeItem> {
    return opened.tree.getTreeItem(await opened.find(...labels));
  }

  it('shows the groups that hold something, those that matter most first', async () => {
    assert.deepEqual(await opened.labels(), [
      'Changed in Cloud',
      'Out of Date',
      'Missing in Cloud',
      'Up to Date',
      'Only in Cloud',
      'Ignored',
    ]);
  });

  it('reads from top to bottom as what there is to do', async () => {
    assert.equal(
      await opened.render(),
      [
        'Changed in Cloud — 1 · 5 B',
        '  newer-there.txt — 5 B · newer in the cloud',
        'Out of Date — 1 · 8 B',
        '  out — 1 file · 8 B',
        '    dated.txt — 8 B · different size',
        'Missing in Cloud — 1,007 · 1,012 B',
        '  many — 1,005 files · 1,005 B',
        '    0000.txt — 1 B',
        '    0001.txt — 1 B',
        '    0002.txt — 1 B',
        '    0003.txt — 1 B',
        '    …',
        '  missing — 2 files · 7 B',
        '    deep — 1 file · 3 B',
        '      one.txt — 3 B',
        '    two.txt — 4 B',
        'Up to Date — 2 · 5 MB · 1 not proved',
        '  same-newer.txt — 3 B · proved',
        '  same-older.txt — 5 MB · by name and time',
        'Only in Cloud — 1 · 5 B',
        '  only — 1 file · 5 B',
        '    there.txt — 5 B',
        'Ignored — 2',
        '  link — symbolic link',
        '  trace.log — “*.log” in s3Backup.exclude',
      ].join('\n'),
    );
  });

  it('counts every path once', () => {
    const { groups, found } = totals();
    const sum = Object.values(groups).reduce((files, group) => files + group.files, 0);
    assert.equal(sum, found);
    assert.equal(groups['missing-in-cloud'].files, 1_007);
    assert.equal(groups['up-to-date'].files, 2);
    assert.equal(groups.ignored.files, 2);
  });

  it('gives groups their numbers, and opens those that need attention', async () => {
    const missing = await item('Missing in Cloud');
    assert.match(String(missing.description), /^1,007 · 1012 B$|^1,007 · 1,012 B$/);
    assert.equal(missing.collapsibleState, TreeItemCollapsibleState.Expanded);
    const upToDate = await item('Up to Date');
    assert.match(String(upToDate.description), /1 not proved/);
    assert.equal(upToDate.collapsibleState, TreeItemCollapsibleState.Collapsed);
  });

  it('puts folders before files below each group', async () => {
    const missing = await opened.find('Missing in Cloud');
    assert.deepEqual(await opened.labels(missing), ['many', 'missing']);
    const folder = await opened.find('Missing in Cloud', 'missing');
    assert.deepEqual(await opened.labels(folder), ['deep', 'two.txt']);
  });

  it('tells proved from not proved by icon, words and label', async () => {
    const proved = await item('Up to Date', 'same-newer.txt');
    const unproved = await item('Up to Date', 'same-older.txt');
    assert.match(String(proved.description), /· proved$/);
    assert.match(String(unproved.description), /· by name and time$/);
    assert.match(String(proved.accessibilityInformation?.label), /up to date, proved/);
    assert.match(String(unproved.accessibilityInformation?.label), /not proved/);
    assert.ok(proved.iconPath instanceof ThemeIcon && unproved.iconPath instanceof ThemeIcon);
    assert.notEqual(proved.iconPath.id, unproved.iconPath.id);
  });

  it('shows a group as known no longer when nothing in it is confirmed, and says how much is not', () => {
    const folder = workspaceFolder().uri.toString();
    const node = { kind: 'group', folder, group: 'up-to-date', parent: undefined } as const;
    const shown = (unconfirmed: number, proved: number) => {
      const groups = { ...totals().groups, 'up-to-date': { files: 4, bytes: 8 } };
      return groupItem(node, { ...totals(), groups, proved, unconfirmed });
    };
    const [all, some, none] = [shown(4, 0), shown(1, 2), shown(0, 4)];
    assert.ok(all.iconPath instanceof ThemeIcon && some.iconPath instanceof ThemeIcon);
    assert.notEqual(all.iconPath.color?.id, 's3Backup.safeForeground');
    assert.deepEqual(some.iconPath, none.iconPath);
    assert.equal(all.description, '4 · 8 B · 4 not confirmed');
    assert.equal(some.description, '4 · 8 B · 1 not confirmed · 1 not proved');
    assert.equal(none.description, '4 · 8 B');
    assert.match(String(some.accessibilityInformation?.label), /1 not confirmed/);
    assert.notEqual(some.tooltip, none.tooltip);
  });

  it('has the numbers of a group in its tooltip, since a narrow view cuts them off', async () => {
    const { tooltip } = await item('Missing in Cloud');
    assert.ok(typeof tooltip === 'string');
    assert.match(tooltip, /^Missing in Cloud, 1,007 files, [^\n]+\nThese files are/);
  });

  it('says the reason in the row', async () => {
    const cases: readonly (readonly [RegExp, ...string[]])[] = [
      [/newer in the cloud$/, 'Changed in Cloud', 'newer-there.txt'],
      [/different size$/, 'Out of Date', 'out', 'dated.txt'],
      [/symbolic link$/, 'Ignored', 'link'],
      [/“\*\.log” in s3Backup\.exclude$/, 'Ignored', 'trace.log'],
    ];
    for (const [reason, ...labels] of cases) {
      assert.match(String((await item(...labels)).description), reason);
    }
  });

  it('has the words of every state for those who cannot see it', async () => {
    const cases: readonly (readonly [RegExp, ...string[]])[] = [
      [/^two\.txt, missing in cloud, 4 B$/, 'Missing in Cloud', 'missing', 'two.txt'],
      [/^there\.txt, only in cloud/, 'Only in Cloud', 'only', 'there.txt'],
      [/^missing, folder in Missing in Cloud, 2 files/, 'Missing in Cloud', 'missing'],
      [/^Missing in Cloud, 1,007 files/, 'Missing in Cloud'],
    ];
    for (const [words, ...labels] of cases) {
      assert.match(String((await item(...labels)).accessibilityInformation?.label), words);
    }
  });

  it('builds the tooltip only when it is asked for, with both sides', async () => {
    const node = await opened.find('Out of Date', 'out', 'dated.txt');
    const plain = opened.tree.getTreeItem(node);
    assert.equal(plain.tooltip, undefined);
    const { tooltip } = opened.tree.resolveTreeItem(plain, node);
    assert.ok(tooltip instanceof MarkdownString);
    const text = tooltip.value.replaceAll('&nbsp;', ' ');
    assert.match(text, /Here: 8 bytes/);
    assert.match(text, /In the cloud: 3 bytes/);
    assert.match(text, /size differs/);
  });

  it('never says of a file that it is newer beside two times that look the same', () => {
    const modifiedAtMs = Date.parse('2026-03-14T09:26:53.000Z');
    const row = fileNode('out-of-date', 'a.txt', {
      verdict: { kind: 'out-of-date', because: 'time' },
      local: { size: 1, modifiedAtMs: modifiedAtMs + 1000 },
      cloud: { size: 1, modifiedAtMs },
    });
    const lines = rowTooltip(row).value.replaceAll('&nbsp;', ' ').split('\n\n');
    const [here, there] = lines.slice(-2).map(line => line.replace(/^.*?: /, ''));
    assert.ok(here !== undefined && there !== undefined);
    assert.notEqual(here, there);
  });

  it('tells of a workspace folder where it is, not once more what it is called', () => {
    const { uri, name } = workspaceFolder();
    const known = { comparison: undefined, failure: undefined, target: 'known' } as const;
    const root = folderItem({ kind: 'folder', folder: uri.toString() }, known);
    assert.equal(root.label, name);
    assert.equal(root.tooltip, uri.fsPath);
  });

  it('marks rows for the menus', async () => {
    assert.match(String((await item('Missing in Cloud')).contextValue), /^:group:.*:canBackUp:$/);
    assert.match(
      String((await item('Missing in Cloud', 'missing', 'two.txt')).contextValue),
      /^:file:missing-in-cloud:canBackUp:onDisk:$/,
    );
    assert.equal(
      (await item('Only in Cloud', 'only', 'there.txt')).contextValue,
      ':file:only-in-cloud:inCloud:',
    );
  });

  it('marks a group that holds nothing for no menu', () => {
    const node = {
      kind: 'group',
      folder: setup.id,
      group: 'up-to-date',
      parent: undefined,
    } as const;
    assert.equal(groupItem(node, undefined).contextValue, ':group:');
  });

  it('knows that what a rule leaves out here is on the disk', async () => {
    const { contextValue } = await item('Ignored', 'trace.log');
    assert.equal(contextValue, ':file:ignored:onDisk:byRule:');
  });

  it('keeps decorations of other extensions off its rows, and the icons of file types', async () => {
    const { resourceUri, iconPath } = await item('Missing in Cloud', 'missing', 'two.txt');
    assert.equal(resourceUri?.scheme, 's3-backup-row');
    assert.ok(resourceUri.path.endsWith('/two.txt'));
    assert.equal(iconPath, ThemeIcon.File);
  });

  it('leads from every row back to the top', async () => {
    let node: TreeNode | undefined = await opened.find(
      'Missing in Cloud',
      'missing',
      'deep',
      'one.txt',
    );
    const labels: unknown[] = [];
    for (; node !== undefined; node = opened.tree.getParent(node)) {
      labels.push(opened.tree.getTreeItem(node).label);
    }
    assert.deepEqual(labels, ['one.txt', 'deep', 'missing', 'Missing in Cloud']);
  });

  it('gives rows the same id whenever they are asked for, and no two the same', async () => {
    const ids = async (): Promise<readonly (string | undefined)[]> => {
      const nodes = [
        ...(await opened.tree.getChildren()),
        ...(await opened.tree.getChildren(await opened.find('Missing in Cloud'))),
        ...(await opened.tree.getChildren(await opened.find('Missing in Cloud', 'many'))),
      ];
      return nodes.map(node => opened.tree.getTreeItem(node).id);
    };
    const first = await ids();
    assert.equal(new Set(first).size, first.length);
    assert.deepEqual(await ids(), first);
  });

  it('shows a thousand rows, and the rest when asked to', async () => {
    const many = await opened.find('Missing in Cloud', 'many');
    const page = await opened.tree.getChildren(many);
    assert.equal(page.length, 1_001);
    const more = page.at(-1);
    assert.ok(more?.kind === 'more');
    assert.match(String(opened.tree.getTreeItem(more).description), /^5 left$/);
    opened.tree.showMore(more);
    assert.equal((await opened.tree.getChildren(many)).length, 1_005);
  });

  async function backUp(node: TreeNode): Promise<void> {
    assert.ok(node.kind === 'row');
    const place = { folder: node.folder, group: node.group, path: node.row.path };
    const plan = await opened.engine.sendRequest(planBackUp, {
      folders: [{ setup, scope: { kind: 'nodes', nodes: [place] } }],
    });
    const report = await opened.engine.sendRequest(runPlan, plan.planId);
    assert.equal(report.done, 1);
  }

  function untilDrawn(group: Group): Promise<void> {
    return new Promise(resolve => {
      const listening = opened.tree.onDidChangeTreeData(nodes => {
        if (!nodes?.some(node => node.kind === 'group' && node.group === group)) return;
        listening.dispose();
        resolve();
      });
    });
  }

  /** Returns what is drawn together with a row. */
  function untilFired(row: TreeNode): Promise<readonly TreeNode[]> {
    return new Promise(resolve => {
      const listening = opened.tree.onDidChangeTreeData(nodes => {
        if (!nodes?.includes(row)) return;
        listening.dispose();
        resolve(nodes);
      });
    });
  }

  it('draws again what has changed, and nothing else', async () => {
    const drawn: (readonly TreeNode[] | undefined)[] = [];
    const listening = opened.tree.onDidChangeTreeData(nodes => drawn.push(nodes));
    try {
      const two = await opened.find('Missing in Cloud', 'missing', 'two.txt');
      const drawnFirst = untilFired(two);
      await backUp(two);
      // Rows come by themselves; the groups that count them, and pages with them, come after them.
      assert.ok((await drawnFirst).every(({ kind }) => kind === 'row'));
      await untilState(opened.engine, () => totals().rows['up-to-date'] === 3);
      // What is drawn for a later change comes after all that the earlier one was drawn for.
      const drawnLater = untilDrawn('out-of-date');
      await backUp(await opened.find('Out of Date', 'out', 'dated.txt'));
      await drawnLater;
    } finally {
      listening.dispose();
    }
    const names = drawn.flatMap(nodes =>
      (nodes ?? []).map(node => (node.kind === 'group' ? node.group : node.kind)),
    );
    assert.deepEqual([...new Set(names)].sort(), [
      'missing-in-cloud',
      'out-of-date',
      'row',
      'up-to-date',
    ]);
  });
});
