import assert from 'node:assert/strict';
import { mock } from 'node:test';
import {
  commands,
  EventEmitter,
  window,
  type StatusBarItem,
  type TreeView,
  type WebviewPanel,
} from 'vscode';

import { OverviewPanel } from '../../../src/editor/overview/overviewPanel';
import type { Targets } from '../../../src/editor/targets/targets';
import { FilesTree } from '../../../src/editor/view/filesTree';
import { FilesView } from '../../../src/editor/view/filesView';
import { LayoutChoice } from '../../../src/editor/view/layoutChoice';
import { RefreshScheduler } from '../../../src/editor/view/refreshScheduler';
import { ShownState } from '../../../src/editor/view/shownState';
import { StepsDone } from '../../../src/editor/view/stepsDone';
import type { TreeNode } from '../../../src/editor/view/treeNode';
import { UnsavedRows } from '../../../src/editor/view/unsavedRows';
import { StatusBar } from '../../../src/editor/workbench/statusBar';
import type { ComparisonTotals } from '../../../src/protocol/comparisons';
import { rootPath } from '../../../src/protocol/folders';
import { overview, type Overview } from '../../../src/protocol/overview';
import type { ChildrenPage } from '../../../src/protocol/rows';
import type { BatchProgress, State } from '../../../src/protocol/state';
import { groups, type Group } from '../../../src/protocol/verdicts';
import { aFileRow } from '../../support/engine/aFile';
import { extension, workspaceFolder } from '../../support/vscode/extensionUnderTest';
import { OverviewPage } from '../../support/vscode/overviewPage';
import { TellingEngine } from '../../support/vscode/tellingEngine';
import { memento, testLog } from '../../support/vscode/treeUnderTest';

/** All that shows numbers, above an engine that tells of a batch, in a VS Code that draws at once. */
describe('The numbers that are shown', () => {
  const files = 9_000;
  const { createTreeView, createStatusBarItem, createWebviewPanel } = window;
  const { registerWebviewPanelSerializer } = window;
  const { executeCommand } = commands;
  const folder = workspaceFolder().uri.toString();
  const bar = { text: '', show: () => undefined, hide: () => undefined, dispose: () => undefined };
  const view = { visible: true, badge: undefined as { value: number } | undefined };
  /** What the group of missing files says, as it was drawn last. */
  let row: number | undefined;
  let page: OverviewPage;
  let engine: TellingEngine;
  let rowsOfGroup: number;
  let nowMs: number;
  let parts: readonly { dispose(): unknown }[];

  beforeEach(async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    nowMs = 0;
    mock.method(performance, 'now', () => nowMs);
    const never = new EventEmitter<never>();
    page = new OverviewPage();
    Object.assign(view, {
      badge: undefined,
      onDidChangeVisibility: never.event,
      onDidExpandElement: never.event,
      onDidCollapseElement: never.event,
      dispose: () => undefined,
    });
    Object.assign(window, {
      createTreeView: () => view as unknown as TreeView<TreeNode>,
      createStatusBarItem: () => bar as unknown as StatusBarItem,
      createWebviewPanel: () => page as unknown as WebviewPanel,
      registerWebviewPanelSerializer: () => never,
    });
    // Its context keys would hold for the window of the tests.
    Object.assign(commands, { executeCommand: () => Promise.resolve() });

    engine = new TellingEngine(method => (method === overview.method ? picture() : rows()));
    const log = testLog();
    const targets = {
      onDidChange: never.event,
      statusOf: () => ({ kind: 'known', target: { bucket: 'b', prefix: 'p/' } }),
    } as unknown as Targets;
    const refresh = new RefreshScheduler();
    const shown = new ShownState(engine);
    const [layout, unsaved] = [new LayoutChoice(memento()), new UnsavedRows()];
    const past = { findings: undefined };
    const filter = { onDidChange: never.event, applied: undefined } as never;
    const drawnBy = { engine, targets, log, layout, filter, refresh, shown, unsaved, past };
    const tree = new FilesTree(drawnBy);
    tree.onDidChangeTreeData(async nodes => {
      const drawn = nodes ?? (await tree.getChildren());
      const missing = drawn.find(
        node => node.kind === 'group' && node.group === 'missing-in-cloud',
      );
      if (missing === undefined) return;
      row = numberIn(String(tree.getTreeItem(missing).description));
      await tree.getChildren(missing);
    });
    const filesView = new FilesView({
      ...drawnBy,
      tree,
      engine: engine as never,
      operations: { onDidChange: never.event, isEmpty: true } as never,
      steps: new StepsDone(memento(), () => undefined),
      reports: { onDidChange: never.event, last: undefined, isKept: false },
      unfinished: { onDidChange: never.event, line: undefined },
    });
    const statusBar = new StatusBar({
      ...drawnBy,
      automation: { failures: new Map(), onDidChange: never.event },
      lastComplete: { at: undefined },
    });
    const overviewPanel = new OverviewPanel({ ...drawnBy, extension: extension() as never });
    overviewPanel.show();
    parts = [overviewPanel, statusBar, filesView, tree, unsaved, layout, refresh, engine, log];
    engine.tell({ kind: 'compared', ...numbers(files) });
    await pass(2_000);
  });
  afterEach(() => {
    for (const part of parts) part.dispose();
    Object.assign(window, { createTreeView, createStatusBarItem, createWebviewPanel });
    Object.assign(window, { registerWebviewPanelSerializer });
    Object.assign(commands, { executeCommand });
    mock.restoreAll();
    mock.timers.reset();
  });

  function rows(): ChildrenPage {
    const all = Array.from({ length: rowsOfGroup }, (_, index) => aFileRow(String(index)));
    return { rows: all, total: rowsOfGroup };
  }

  function picture(): Overview {
    const sums = [{ shade: 'missing-in-cloud', files: missingNow(), bytes: 0 }] as const;
    const root = { kind: 'folder', path: rootPath, sums, ignored: 0, parts: [] } as const;
    return { root, atRisk: [] };
  }

  function missingNow(): number {
    return engine.state.comparisons[0]?.groups['missing-in-cloud'].files ?? 0;
  }

  function numbers(missing: number): Pick<State, 'comparisons' | 'unfinished'> {
    const safe = files - missing;
    const each = <T>(value: (group: Group) => T) =>
      Object.fromEntries(groups.map(group => [group, value(group)])) as Record<Group, T>;
    const counts = each(group =>
      group === 'missing-in-cloud' ? missing : group === 'up-to-date' ? safe : 0,
    );
    const comparison: ComparisonTotals = {
      ...{ folder, bucket: 'b', prefix: 'p/', comparedAt: 1, found: files },
      ...{ proved: safe, provedBytes: safe, unconfirmed: 0, unconfirmedBytes: 0 },
      ...{ incomplete: undefined, shown: undefined },
      groups: each(group => ({ files: counts[group], bytes: counts[group] })),
      rows: each(group => Math.max(counts[group], 1)),
    };
    return { comparisons: [comparison], unfinished: [] };
  }

  /** Passes milliseconds one by one, in each of which what was asked for is answered. */
  async function pass(ms: number, each: () => void = () => undefined): Promise<void> {
    for (let passed = 0; passed < ms; passed++) {
      nowMs++;
      mock.timers.tick(1);
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      each();
    }
  }

  function numberIn(text: string | undefined): number {
    return Number((/\d[\d,]*/.exec(text ?? '')?.[0] ?? '0').replaceAll(',', ''));
  }

  function told() {
    const legend = page.last?.kind === 'picture' ? page.last.legend : [];
    const missing = legend.find(({ shade }) => shade === 'missing-in-cloud');
    return {
      row,
      badge: view.badge?.value ?? 0,
      bar: numberIn(/ (\S+ not safe)/.exec(bar.text)?.[1]),
      overview: numberIn(missing?.amount),
    };
  }

  /** Backs up all files in five seconds; returns every number that was shown, once. */
  async function backUpAll(): Promise<readonly number[]> {
    const seen = new Set<number>();
    const batches = [{ files } as BatchProgress];
    for (let missing = files - 177; missing > 0; missing -= 177) {
      engine.tell({ kind: 'transferring', batches, ...numbers(missing) });
      engine.tellRows({ folder, groups: ['missing-in-cloud', 'up-to-date'], rows: [] });
      await pass(100, () => {
        const { badge, ...others } = told();
        assert.deepEqual(others, { row: badge, bar: badge, overview: badge });
        seen.add(badge);
      });
    }
    return [...seen];
  }

  it('are the same in the group, the badge, the status bar and the overview, all through a batch', async () => {
    rowsOfGroup = 1_000;
    const seen = await backUpAll();
    assert.ok(seen.length >= 5, `The numbers stood still: ${seen.join(', ')}`);
  });

  it('follow what happens at once where few rows are drawn', async () => {
    rowsOfGroup = 20;
    const seen = await backUpAll();
    assert.ok(seen.length >= 14, `The numbers stood still: ${seen.join(', ')}`);
  });

  it('are those of the end as soon as work has ended', async () => {
    rowsOfGroup = 1_000;
    await backUpAll();
    engine.tell({ kind: 'compared', ...numbers(0) });
    await pass(310);
    assert.deepEqual(told(), { row: 0, badge: 0, bar: 0, overview: 0 });
  });
});
