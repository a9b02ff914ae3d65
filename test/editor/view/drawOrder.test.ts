import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mock } from 'node:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventEmitter, type LogOutputChannel } from 'vscode';

import { Targets } from '../../../src/editor/targets/targets';
import { FilesTree } from '../../../src/editor/view/filesTree';
import { LayoutChoice } from '../../../src/editor/view/layoutChoice';
import { RefreshScheduler } from '../../../src/editor/view/refreshScheduler';
import type { TreeNode } from '../../../src/editor/view/treeNode';
import { ShownState } from '../../../src/editor/view/shownState';
import { UnsavedRows } from '../../../src/editor/view/unsavedRows';
import type { ComparisonTotals } from '../../../src/protocol/comparisons';
import type { ChildrenPage } from '../../../src/protocol/rows';
import type { BatchProgress, State } from '../../../src/protocol/state';
import { groups, type Group } from '../../../src/protocol/verdicts';
import { aFileRow } from '../../support/engine/aFile';
import { workspaceFolder } from '../../support/vscode/extensionUnderTest';
import { TellingEngine } from '../../support/vscode/tellingEngine';
import { memento, testLog } from '../../support/vscode/treeUnderTest';
import { recordsIn } from '../../support/vscode/recordsIn';

/** The tree above an engine that tells what the tests say, with a VS Code that draws all at once. */
describe('What is drawn first', () => {
  let folder: string;
  let engine: TellingEngine;
  let refresh: RefreshScheduler;
  let tree: FilesTree;
  let log: LogOutputChannel;
  let filtered: EventEmitter<void>;
  /** What was drawn, in turn; the message stands for all beside the tree. */
  let drawn: string[];
  let parts: readonly { dispose(): unknown }[];

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    folder = workspaceFolder().uri.toString();
    engine = new TellingEngine((): ChildrenPage => ({
      rows: [aFileRow('a'), aFileRow('b')],
      total: 2,
    }));
    refresh = new RefreshScheduler();
    log = testLog();
    const targets = new Targets(recordsIn(join(tmpdir(), randomUUID())));
    const [layout, unsaved] = [new LayoutChoice(memento()), new UnsavedRows()];
    filtered = new EventEmitter<void>();
    const filter = { onDidChange: filtered.event };
    const [past, shown] = [{ findings: undefined }, new ShownState(engine)];
    tree = new FilesTree({ engine, targets, log, layout, filter, refresh, shown, unsaved, past });
    drawn = [];
    tree.onDidChangeTreeData(nodes => {
      drawn.push(...(nodes?.map(nameOf) ?? ['all']));
    });
    refresh.onDidRefresh(() => drawn.push('message'));
    parts = [tree, refresh, targets, layout, unsaved, filtered, engine, log];
  });
  afterEach(() => {
    for (const part of parts) part.dispose();
    mock.timers.reset();
  });

  /** Passes milliseconds one by one: within one tick, no timer starts another. */
  function pass(ms: number): void {
    for (let passed = 0; passed < ms; passed++) mock.timers.tick(1);
  }

  function nameOf(node: TreeNode): string {
    if (node.kind === 'group') return node.group;
    return node.kind === 'row' ? node.row.path : node.kind;
  }

  function compared(comparedAt: number): readonly ComparisonTotals[] {
    const each = <T>(missing: T, other: T) =>
      Object.fromEntries(
        groups.map(group => [group, group === 'missing-in-cloud' ? missing : other]),
      ) as Record<Group, T>;
    return [
      {
        folder,
        bucket: 'b',
        prefix: 'p/',
        comparedAt,
        found: 2,
        groups: each({ files: 2, bytes: 2 }, { files: 0, bytes: 0 }),
        proved: 0,
        provedBytes: 0,
        unconfirmed: 0,
        unconfirmedBytes: 0,
        incomplete: undefined,
        shown: undefined,
        rows: each(2, 0),
      },
    ];
  }

  const comparing = (localFiles: number): State => ({
    kind: 'comparing',
    folder,
    localFiles,
    cloudFiles: 0,
    comparisons: [],
    unfinished: [],
  });

  const ended = (): State => ({ kind: 'compared', comparisons: compared(1), unfinished: [] });

  const atWork = (files: number): State => ({
    kind: 'transferring',
    batches: [{ files } as BatchProgress],
    comparisons: compared(1),
    unfinished: [],
  });

  async function openAll(): Promise<readonly TreeNode[]> {
    const [, missing] = await tree.getChildren();
    return await tree.getChildren(missing);
  }

  it('is the end of a comparison, in the turn in which it is told, and its rows are asked for once', async () => {
    engine.tell(ended());
    assert.deepEqual(drawn, []);
    await Promise.resolve();
    assert.deepEqual(drawn, ['all', 'message']);
    // A message comes in a turn of its own.
    engine.tellRows({ folder, groups: [...groups], rows: [] });
    await openAll();
    assert.equal(engine.asked.length, 1);
    pass(2_000);
    assert.deepEqual(
      drawn.filter(each => each !== 'message'),
      ['all'],
    );
  });

  it('is the end of a comparison as soon as VS Code follows, while what it does is told', async () => {
    engine.tell(comparing(1));
    pass(100);
    assert.deepEqual(drawn, ['message']);
    pass(1);
    engine.tell(ended());
    engine.tellRows({ folder, groups: [...groups], rows: [] });
    await Promise.resolve();
    assert.deepEqual(drawn, ['message']);
    pass(209);
    assert.deepEqual(drawn, ['message', 'all', 'message']);
  });

  it('is not what a filter changes before it has answered', async () => {
    engine.tell(ended());
    await Promise.resolve();
    pass(2_000);
    drawn = [];
    const [comparison] = compared(1);
    assert.ok(comparison !== undefined);
    const none = { ...comparison.rows, 'missing-in-cloud': 0 };
    engine.tell({ ...ended(), comparisons: [{ ...comparison, rows: none, shown: none }] });
    await Promise.resolve();
    pass(50);
    assert.deepEqual(drawn, []);
    filtered.fire();
    await Promise.resolve();
    pass(1_000);
    assert.deepEqual(
      drawn.filter(each => each !== 'message'),
      ['all'],
    );
  });

  it('is the row of a single file, and then the message', async () => {
    engine.tell(ended());
    await Promise.resolve();
    await openAll();
    pass(2_000);
    drawn = [];
    engine.tell(atWork(1));
    pass(150);
    assert.deepEqual(drawn, []);
    engine.tell(ended());
    pass(50);
    assert.deepEqual(drawn, []);
    engine.tellRows({
      folder,
      groups: ['missing-in-cloud', 'up-to-date'],
      rows: [{ group: 'missing-in-cloud', row: aFileRow('a') }],
    });
    await Promise.resolve();
    assert.deepEqual(drawn.slice(0, 1), ['a']);
    assert.deepEqual(drawn.slice(-1), ['message']);
  });

  it('is the message where many files are worked on', async () => {
    engine.tell(ended());
    await Promise.resolve();
    pass(2_000);
    drawn = [];
    engine.tell(atWork(1_000));
    pass(101);
    assert.deepEqual(drawn, ['message']);
  });
});
