import {
  EventEmitter,
  type Disposable,
  type Event,
  type TreeDataProvider,
  type TreeItem,
} from 'vscode';
import type { ComparisonTotals } from '../../protocol/comparisons';
import type { RowsChange } from '../../protocol/rows';
import type { EngineClient } from '../client/engineClient';
import {
  folderById,
  folderId,
  localFolders,
  type Targets,
  type TargetStatus,
} from '../targets/targets';
import { askForRows, type AskForRowsDeps } from './askForRows';
import { DrawnRows } from './drawnRows';
import { Drawing, type OpenState } from './drawing';
import type { RowFilter } from './filter';
import { GroupsToDraw } from './groupsToDraw';
import type { LayoutChoice } from './layoutChoice';
import { pastItem, pastNodes, type PastFindings } from './pastTotals';
import type { RefreshScheduler } from './refreshScheduler';
import type { ShownState } from './shownState';
import type { UnsavedRows } from './unsavedRows';
import { rowTooltip } from './rowTooltip';
import { folderItem } from './folderItem';
import { TopNodes } from './topNodes';
import { groupItem, moreItem, rowItem } from './treeItem';
import {
  comparedKey,
  failureOf,
  findsLittle,
  isAtOneFile,
  recountedGroups,
  shownGroups,
  treeOutline,
  type Outline,
} from './treeOutline';
import {
  idOf,
  type BranchNode,
  type FolderNode,
  type GroupNode,
  type MoreNode,
  type RowNode,
  type TreeNode,
} from './treeNode';

interface FilesTreeDeps extends AskForRowsDeps {
  readonly engine: Pick<
    EngineClient,
    'onDidChangeRows' | 'onDidChangeState' | 'sendRequest' | 'state'
  >;
  readonly targets: Targets;
  readonly layout: LayoutChoice;
  readonly filter: Pick<RowFilter, 'onDidChange'>;
  readonly refresh: RefreshScheduler;
  readonly shown: ShownState;
  readonly unsaved: UnsavedRows;
  readonly past: { readonly findings: PastFindings | undefined };
}

/** The comparison as a tree: groups, below them folders and files, page by page. */
export class FilesTree implements TreeDataProvider<TreeNode>, Disposable {
  readonly #onDidChangeTreeData = new EventEmitter<TreeNode[] | undefined>();
  readonly #subscriptions: readonly Disposable[];
  readonly #nodes = new TopNodes();
  /** How many pages a branch shows, where it is more than one. */
  readonly #pages = new Map<string, number>();
  readonly #toDraw = new GroupsToDraw();
  readonly #drawn = new DrawnRows();
  readonly #drawing = new Drawing();
  #outline: Outline;
  #isOutdated = false;
  /** How many requests for rows are under way. */
  #loading = 0;

  readonly onDidChangeTreeData: Event<TreeNode[] | undefined> = this.#onDidChangeTreeData.event;

  constructor(private readonly deps: FilesTreeDeps) {
    const { engine, targets, layout, filter, refresh, unsaved } = deps;
    this.#outline = treeOutline(this.deps);
    this.#subscriptions = [
      engine.onDidChangeState(() => {
        this.#requestByState();
      }),
      engine.onDidChangeRows(change => {
        this.#noteChange(change);
        // Whole groups are told together with numbers, or for a filter: these are drawn together.
        (change.rows.length > 0 ? refresh.requestNow : refresh.request)();
      }),
      targets.onDidChange(refresh.request),
      layout.onDidChange(() => {
        this.#drawAnew();
      }),
      filter.onDidChange(() => {
        this.#isOutdated = true;
        refresh.requestNow();
      }),
      unsaved.onDidChange(() => {
        this.#toDraw.addKeys(this.#nodes.groupKeys());
        refresh.request();
      }),
      refresh.onDidRefresh(() => {
        this.#refresh();
      }),
    ];
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node !== undefined) this.#drawing.noteAsked(node);
    switch (node?.kind) {
      case undefined:
        return this.#roots();
      case 'folder':
        return this.#groupsOf(node.folder, node);
      case 'group':
      case 'row':
        return this.#rowsOf(node);
      case 'more':
      case 'past':
        return [];
    }
  }

  getTreeItem(node: TreeNode): TreeItem {
    const item = this.#itemOf(node);
    this.#drawing.apply(item, node);
    return item;
  }

  /** Remembers that the user has opened or closed a row. */
  noteOpened(node: TreeNode, state: OpenState): void {
    this.#drawing.noteOpened(node, state);
  }

  #itemOf(node: TreeNode): TreeItem {
    switch (node.kind) {
      case 'folder':
        return folderItem(node, {
          comparison: this.#comparison(node.folder),
          failure: failureOf(this.deps.shown.state, node.folder),
          target: this.#targetOf(node.folder),
        });
      case 'group':
        return groupItem(node, this.#comparison(node.folder));
      case 'row':
        return rowItem(node, this.deps.unsaved.has(node) ? 'unsaved' : 'saved');
      case 'more':
        return moreItem(node);
      case 'past':
        return pastItem(node, this.deps.past.findings);
    }
  }

  resolveTreeItem(item: TreeItem, node: TreeNode): TreeItem {
    if (node.kind === 'row') item.tooltip = rowTooltip(node);
    return item;
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.kind === 'folder' || node.kind === 'past' ? undefined : node.parent;
  }

  showMore(node: MoreNode): void {
    const id = idOf(node.parent);
    this.#pages.set(id, (this.#pages.get(id) ?? 1) + 1);
    this.#onDidChangeTreeData.fire([node.parent]);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#onDidChangeTreeData.dispose();
  }

  #roots(): TreeNode[] {
    const { comparisons } = this.deps.shown.state;
    if (comparisons.length === 0) {
      const { findings } = this.deps.past;
      return findings === undefined ? [] : pastNodes(findings);
    }
    const folders = localFolders();
    if (folders.length > 1) return folders.map(folder => this.#nodes.folder(folderId(folder)));
    return comparisons.flatMap(({ folder }) => this.#groupsOf(folder, undefined));
  }

  #groupsOf(folder: string, parent: FolderNode | undefined): GroupNode[] {
    const comparison = this.#comparison(folder);
    if (comparison === undefined) return [];
    return shownGroups(comparison).map(group => this.#nodes.group(folder, group, parent));
  }

  async #rowsOf(branch: BranchNode): Promise<TreeNode[]> {
    const pages = this.#pages.get(idOf(branch)) ?? 1;
    this.#toDraw.noteAsked(branch.folder, branch.group);
    this.#loading++;
    const { rows, total } = await askForRows(this.deps, branch, pages).finally(() => {
      this.#loading--;
    });
    const { folder, group } = branch;
    const nodes = rows.map((row): RowNode => ({ kind: 'row', folder, group, row, parent: branch }));
    this.#drawn.set(branch, nodes);
    const left = total - rows.length;
    return left > 0 ? [...nodes, { kind: 'more', folder, parent: branch, left }] : nodes;
  }

  /** Shows everything from the beginning, under new ids. */
  #drawAnew(): void {
    this.#isOutdated = false;
    this.#toDraw.allDrawn();
    this.#drawn.clear();
    this.#pages.clear();
    this.#nodes.clear();
    const { shown } = this.deps;
    this.#drawing.begin(findsLittle(shown.state) ? 'all-open' : undefined);
    this.#outline = treeOutline({ ...this.deps, engine: shown });
    this.#onDidChangeTreeData.fire(undefined);
  }

  #requestByState(): void {
    const { engine, refresh } = this.deps;
    // Somebody waits for the end of a comparison. What a filter changes is drawn when it has answered.
    if (comparedKey(engine.state) !== this.#outline.compared) refresh.requestNow();
    // A message that is drawn first would delay the row, which says all of it.
    else if (isAtOneFile(engine.state)) refresh.requestLater();
    else refresh.request();
  }

  #noteChange({ folder, groups, rows }: RowsChange): void {
    this.#toDraw.addRows(folder, groups);
    for (const changed of rows) {
      this.#drawn.update(folder, changed);
      // What is on its way may be older than what was told.
      if (this.#loading > 0) this.#toDraw.addRows(folder, [changed.group]);
    }
  }

  #comparison(folder: string): ComparisonTotals | undefined {
    return this.deps.shown.state.comparisons.find(comparison => comparison.folder === folder);
  }

  #targetOf(id: string): TargetStatus['kind'] {
    const folder = folderById(id);
    return folder === undefined ? 'none' : this.deps.targets.statusOf(folder).kind;
  }

  #refresh(): void {
    const { refresh, shown } = this.deps;
    if (this.#loading > 0) {
      // Rows that are on their way would be taken for the new ones.
      refresh.request();
      return;
    }
    if (this.#isOutdated) {
      shown.advance();
      this.#drawAnew();
      return;
    }
    const before = this.#outline;
    const now = treeOutline(this.deps);
    const changed = this.#drawn.takeChanged();
    if (before.shape !== now.shape) {
      this.#show(now);
      this.#toDraw.allDrawn();
      this.#onDidChangeTreeData.fire(undefined);
      return;
    }
    // First and by themselves: VS Code draws them at once, and what comes within 200 ms later.
    if (changed.length > 0) this.#onDidChangeTreeData.fire(changed);
    this.#toDraw.addKeys(recountedGroups(before, now));
    // Whoever waits for the end of work sees its numbers, and few rows cost little.
    const isQuick = before.doing !== now.doing || this.#drawn.size <= fewRows;
    const keys = this.#toDraw.take(isQuick ? 'at-once' : 'in-turn');
    if (keys === 'later') {
      refresh.request();
      return;
    }
    this.#show(now);
    const nodes = this.#nodes.groupsOf(keys);
    if (nodes.length > 0) this.#onDidChangeTreeData.fire(nodes);
  }

  #show(outline: Outline): void {
    this.#outline = outline;
    this.deps.shown.advance();
  }
}

/** So many rows are drawn in 2 ms. */
const fewRows = 100;
