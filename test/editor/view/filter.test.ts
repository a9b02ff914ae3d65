import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { TreeItemCollapsibleState, type TreeItem } from 'vscode';

import { filterLine } from '../../../src/editor/view/filter';
import { LayoutChoice } from '../../../src/editor/view/layoutChoice';
import { compare } from '../../../src/protocol/comparisons';
import type { FolderSetup } from '../../../src/protocol/folders';
import { planBackUp } from '../../../src/protocol/plans';
import { writeTree } from '../../support/disk/localTree';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { testVariable } from '../../support/suite/testEnvironment';
import { onlyComparison } from '../../support/vscode/extensionUnderTest';
import { memento, openTree, type TreeUnderTest } from '../../support/vscode/treeUnderTest';

describe('The tree, filtered and as a list', () => {
  let temporary: TemporaryFolder;
  let setup: FolderSetup;
  let opened: TreeUnderTest;

  before(async () => {
    temporary = await temporaryFolder('filter');
    setup = {
      id: pathToFileURL(temporary.path).href,
      folderId: 'f',
      name: 'filter',
      root: temporary.path,
      bucket: testVariable('embeddedBucket'),
      prefix: 'filter/',
      settings: {
        endpoint: testVariable('embeddedEndpoint'),
        region: 'us-east-1',
        forcePathStyle: true,
        exclude: ['*.log'],
      },
    };
    const many = Array.from({ length: 1_005 }, (_, n) => [`many/${String(n)}.txt`, 'x'] as const);
    await writeTree(temporary.path, {
      'swift.jpg': '1',
      'photos/swift.jpg': '2',
      'photos/2024/swift.jpg': '3',
      'photos/notes.md': '4',
      'swift.log': '5',
      ...Object.fromEntries(many),
    });
    opened = openTree();
    await opened.engine.sendRequest(compare, [setup]);
  });
  afterEach(async () => {
    await filterBy('');
    await opened.layout.choose('tree');
  });
  after(async () => {
    opened.dispose();
    await temporary.remove();
  });

  async function filterBy(text: string): Promise<void> {
    if (opened.filter.text === text) return;
    // So little is found in these tests that every row is drawn anew, opened or closed.
    const drawn = new Promise<void>(resolve => {
      const listening = opened.tree.onDidChangeTreeData(nodes => {
        // What was found before may be drawn meanwhile.
        if (nodes !== undefined || opened.filter.applied !== text) return;
        listening.dispose();
        resolve();
      });
    });
    opened.filter.set(text);
    await drawn;
  }

  async function item(...labels: readonly string[]): Promise<TreeItem> {
    return opened.tree.getTreeItem(await opened.find(...labels));
  }

  it('shows what matches, opened down to the file, with its share of the group', async () => {
    await filterBy('SWIFT');
    assert.deepEqual(await opened.labels(), [
      'Out of Date',
      'Missing in Cloud',
      'Up to Date',
      'Ignored',
    ]);
    const missing = await item('Missing in Cloud');
    assert.match(String(missing.description), /^3 of 1,009$/);
    assert.equal(missing.collapsibleState, TreeItemCollapsibleState.Expanded);
    const photos = await opened.find('Missing in Cloud', 'photos');
    assert.deepEqual(await opened.labels(photos), ['2024', 'swift.jpg']);
    const { collapsibleState, id } = await item('Missing in Cloud', 'photos');
    assert.equal(collapsibleState, TreeItemCollapsibleState.Expanded);
    assert.deepEqual(await opened.labels(await opened.find('Ignored')), ['swift.log']);

    await filterBy('');
    assert.equal(
      (await item('Missing in Cloud', 'photos')).collapsibleState,
      TreeItemCollapsibleState.Collapsed,
    );
    assert.notEqual((await item('Missing in Cloud', 'photos')).id, id);
  });

  it('leaves open what was opened while it was drawn anew', async () => {
    const photos = await opened.find('Missing in Cloud', 'photos');
    assert.equal(
      opened.tree.getTreeItem(photos).collapsibleState,
      TreeItemCollapsibleState.Collapsed,
    );
    // VS Code asks what is below it, and nothing tells that it was opened.
    await opened.tree.getChildren(photos);
    await filterBy('swift');
    await filterBy('');
    const again = await opened.find('Missing in Cloud', 'photos');
    assert.equal(
      opened.tree.getTreeItem(again).collapsibleState,
      TreeItemCollapsibleState.Expanded,
    );
    opened.tree.noteOpened(again, 'closed');
  });

  it('says how much the filter lets through', async () => {
    const line = (text: string) => filterLine(opened.engine.state.comparisons, text);
    assert.equal(line(''), undefined);
    await filterBy('swift');
    assert.match(line('swift') ?? '', /^4 of 1,010 files .*“swift”$/);
    await filterBy('');
    await filterBy('nothing has this name');
    assert.match(line('nothing has this name') ?? '', /^no file/);
  });

  it('backs up of a filtered group what is shown, and no more', async () => {
    await filterBy('swift');
    const node = { folder: setup.id, group: 'missing-in-cloud', path: '' as never } as const;
    const shown = await opened.engine.sendRequest(planBackUp, {
      folders: [{ setup, scope: { kind: 'nodes', nodes: [node] } }],
    });
    assert.equal(shown.files, 3);
    const all = await opened.engine.sendRequest(planBackUp, {
      folders: [{ setup, scope: { kind: 'all' } }],
    });
    assert.equal(all.files, 1_009);
  });

  it('stays when the folder is compared again', async () => {
    await filterBy('swift');
    await opened.engine.sendRequest(compare, [setup]);
    assert.equal(onlyComparison(opened.engine.state).shown?.['missing-in-cloud'], 3);
  });

  it('lists the files of a group with their folders, a thousand at a time', async () => {
    await opened.layout.choose('list');
    const missing = await opened.find('Missing in Cloud');
    const first = await opened.tree.getChildren(missing);
    assert.equal(first.length, 1_001);
    const more = first.at(-1);
    assert.ok(more?.kind === 'more');
    assert.match(String(opened.tree.getTreeItem(more).description), /^9 left$/);
    opened.tree.showMore(more);
    const all = await opened.tree.getChildren(missing);
    assert.equal(all.length, 1_009);
    const items = all.map(node => opened.tree.getTreeItem(node));
    assert.ok(
      items.every(({ collapsibleState }) => collapsibleState === TreeItemCollapsibleState.None),
    );
    assert.deepEqual(
      items.slice(-4).map(({ label, description }) => [label, description]),
      [
        ['swift.jpg', 'photos/2024 · 1 B'],
        ['notes.md', 'photos · 1 B'],
        ['swift.jpg', 'photos · 1 B'],
        ['swift.jpg', '1 B'],
      ],
    );
    const deep = items.at(-4)?.accessibilityInformation?.label;
    assert.match(deep ?? '', /^swift\.jpg, missing in cloud, 1 B, in photos\/2024$/);
  });

  it('filters the list too', async () => {
    await opened.layout.choose('list');
    await filterBy('*/swift.jpg');
    const missing = await opened.find('Missing in Cloud');
    assert.deepEqual(await opened.labels(missing), ['swift.jpg', 'swift.jpg']);
  });
});

describe('The layout of the tree', () => {
  it('is remembered from window to window', async () => {
    const memory = memento();
    const first = new LayoutChoice(memory);
    assert.equal(first.current, 'tree');
    await first.choose('list');
    first.dispose();
    const next = new LayoutChoice(memory);
    assert.equal(next.current, 'list');
    next.dispose();
  });
});
