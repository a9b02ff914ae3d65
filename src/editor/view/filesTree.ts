import {
  EventEmitter,
  type Disposable,
  type Event,
  type LogOutputChannel,
  type TreeDataProvider,
  type TreeItem,
} from 'vscode';
import type { ComparisonTotals } from '../../protocol/comparisons';
import { children, type Row, type RowsChange } from '../../protocol/rows';
import type { EngineClient } from '../client/engineClient';
import { toFailureRecord, failureLine } from '../failures/failed';
import {
  folderById,
  folderId,
  localFolders,
  type Targets,
  type TargetStatus,
} from '../targets/targets';
import { DrawnRows } from './drawnRows';
import { Drawing, type OpenState } from './drawing';
import type { RowFilter } from './filter';
import { GroupsToDraw } from './groupsToDraw';
import type { LayoutChoice } from './layoutChoice';
import { pastItem, pastNodes, type PastFindings } from './pastTotals';
import type { RefreshScheduler } from './refreshScheduler';
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
  placeOf,
  type BranchNode,
  type FolderNode,
  type GroupNode,
  type MoreNode,
  type RowNode,
  type TreeNode,
} from './treeNode';

interface FilesTreeDeps {
  readonly engine: Pick<
    EngineClient,
    'onDidChangeRows' | 'onDidChangeState' | 'sendRequest' | 'state'
  >;
  readonly targets: Targets;
  readonly log: LogOutputChannel;
  readonly layout: LayoutChoice;
  readonly filter: Pick<RowFilter, 'onDidChange'>;
  readonly refresh: RefreshScheduler;
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
  #shown: Outline;
  #isOutdated = false;
  /** How many requests for rows are under way. */
  #loading = 0;

  readonly onDidChangeTreeData: Event<TreeNode[] | undefined> = this.#onDidChangeTreeData.event;

  constructor(private readonly deps: FilesTreeDeps) {
    const { engine, targets, layout, filter, refresh, unsaved } = deps;
    this.#shown = treeOutline(this.deps);
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
          failure: failureOf(this.deps.engine.state, node.folder),
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
    const comparisons = this.deps.engine.state.comparisons;
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
    const rows: Row[] = [];
    let total = 0;
    this.#toDraw.noteAsked(branch.folder, branch.group);
    this.#loading++;
    try {
      for (let page = 0; page < pages; page++) {
        const answer = await this.deps.engine.sendRequest(children, {
          node: placeOf(branch),
          layout: this.deps.layout.current,
          offset: rows.length,
          limit: maxRowsPerPage,
        });
        rows.push(...answer.rows);
        total = answer.total;
        if (rows.length >= total) break;
      }
    } catch (error) {
      // The state says what happened, and the view shows that.
      const line = failureLine(toFailureRecord(error));
      this.deps.log.warn(`No rows for ${idOf(branch)}: ${line}`);
    } finally {
      this.#loading--;
    }
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
    this.#drawing.begin(findsLittle(this.deps.engine.state) ? 'all-open' : undefined);
    this.#shown = treeOutline(this.deps);
    this.#onDidChangeTreeData.fire(undefined);
  }

  #requestByState(): void {
    const { engine, refresh } = this.deps;
    // Somebody waits for the end of a comparison. What a filter changes is drawn when it has answered.
    if (comparedKey(engine.state) !== this.#shown.compared) refresh.requestNow();
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
    return this.deps.engine.state.comparisons.find(comparison => comparison.folder === folder);
  }

  #targetOf(id: string): TargetStatus['kind'] {
    const folder = folderById(id);
    return folder === undefined ? 'none' : this.deps.targets.statusOf(folder).kind;
  }

  #refresh(): void {
    if (this.#loading > 0) {
      // Rows that are on their way would be taken for the new ones.
      this.deps.refresh.request();
      return;
    }
    if (this.#isOutdated) {
      this.#drawAnew();
      return;
    }
    const before = this.#shown;
    const now = treeOutline(this.deps);
    this.#shown = now;
    const changed = this.#drawn.takeChanged();
    if (before.shape !== now.shape) {
      this.#toDraw.allDrawn();
      this.#onDidChangeTreeData.fire(undefined);
      return;
    }
    // First and by themselves: VS Code draws them at once, and what comes within 200 ms later.
    if (changed.length > 0) this.#onDidChangeTreeData.fire(changed);
    this.#toDraw.addKeys(recountedGroups(before, now));
    const keys = this.#toDraw.take();
    if (keys === 'later') this.deps.refresh.request();
    const nodes = this.#nodes.groupsOf(keys === 'later' ? [] : keys);
    if (nodes.length > 0) this.#onDidChangeTreeData.fire(nodes);
  }
}

const maxRowsPerPage = 1000;
