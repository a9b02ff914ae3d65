import {
  EventEmitter,
  type Disposable,
  type Event,
  type LogOutputChannel,
  type TreeDataProvider,
  type TreeItem,
  TreeItemCollapsibleState,
} from 'vscode';
import type { ComparisonTotals } from '../../protocol/comparisons';
import type { FailureRecord } from '../../protocol/failures';
import { children, type Row } from '../../protocol/rows';
import { groups, type Group } from '../../protocol/verdicts';
import type { EngineClient } from '../client/engineClient';
import { toFailureRecord, failureLine } from '../failures/failed';
import { folderId, localFolders, type Targets } from '../targets/targets';
import type { RowFilter } from './filter';
import type { LayoutChoice } from './layoutChoice';
import type { RefreshScheduler } from './refreshScheduler';
import { rowTooltip } from './rowTooltip';
import { folderItem, groupItem, moreItem, rowItem } from './treeItem';
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
  readonly engine: EngineClient;
  readonly targets: Targets;
  readonly log: LogOutputChannel;
  readonly layout: LayoutChoice;
  readonly filter: RowFilter;
  readonly refresh: RefreshScheduler;
}

/** The comparison as a tree: groups, below them folders and files, page by page. */
export class FilesTree implements TreeDataProvider<TreeNode>, Disposable {
  readonly #onDidChangeTreeData = new EventEmitter<TreeNode[] | undefined>();
  readonly #subscriptions: readonly Disposable[];
  /** Groups and folders keep their identity, by which VS Code refreshes them. */
  readonly #folders = new Map<string, FolderNode>();
  readonly #groups = new Map<string, GroupNode>();
  /** How many pages a branch shows, where it is more than one. */
  readonly #pages = new Map<string, number>();
  readonly #dirty = new Set<string>();
  #shown: Outline;

  readonly onDidChangeTreeData: Event<TreeNode[] | undefined> = this.#onDidChangeTreeData.event;

  constructor(private readonly deps: FilesTreeDeps) {
    const { engine, targets, layout, filter, refresh } = deps;
    this.#shown = this.#outline();
    this.#subscriptions = [
      engine.onDidChangeState(refresh.request),
      engine.onDidChangeRows(change => {
        for (const group of change.groups) this.#dirty.add(groupKey(change.folder, group));
        refresh.request();
      }),
      targets.onDidChange(refresh.request),
      layout.onDidChange(() => {
        this.#startAnew();
      }),
      // Shows the results of a new filter from the beginning.
      filter.onDidChange(() => {
        this.#pages.clear();
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
        return [];
    }
  }

  getTreeItem(node: TreeNode): TreeItem {
    const item = this.#itemOf(node);
    if (item.collapsibleState === TreeItemCollapsibleState.Collapsed && this.#shown.isAllOpen) {
      // VS Code remembers by id that the row was closed.
      item.id = `${idOf(node)}\nfound`;
      item.collapsibleState = TreeItemCollapsibleState.Expanded;
    }
    return item;
  }

  #itemOf(node: TreeNode): TreeItem {
    switch (node.kind) {
      case 'folder':
        return folderItem(node, this.#comparison(node.folder), this.#failure(node.folder));
      case 'group':
        return groupItem(node, this.#comparison(node.folder));
      case 'row':
        return rowItem(node);
      case 'more':
        return moreItem(node);
    }
  }

  resolveTreeItem(item: TreeItem, node: TreeNode): TreeItem {
    if (node.kind === 'row') item.tooltip = rowTooltip(node);
    return item;
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.kind === 'folder' ? undefined : node.parent;
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
    if (comparisons.length === 0) return [];
    const folders = localFolders().filter(
      folder => this.deps.targets.statusOf(folder).kind !== 'none',
    );
    if (folders.length > 1) return folders.map(folder => this.#folderNode(folderId(folder)));
    return comparisons.flatMap(({ folder }) => this.#groupsOf(folder, undefined));
  }

  #groupsOf(folder: string, parent: FolderNode | undefined): GroupNode[] {
    const comparison = this.#comparison(folder);
    if (comparison === undefined) return [];
    return shownGroups(comparison).map(group => this.#groupNode(folder, group, parent));
  }

  async #rowsOf(branch: BranchNode): Promise<TreeNode[]> {
    const pages = this.#pages.get(idOf(branch)) ?? 1;
    const rows: Row[] = [];
    let total = 0;
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
    }
    const { folder, group } = branch;
    const nodes: TreeNode[] = rows.map((row): RowNode => ({
      kind: 'row',
      folder,
      group,
      row,
      parent: branch,
    }));
    const left = total - rows.length;
    if (left > 0) nodes.push({ kind: 'more', folder, parent: branch, left });
    return nodes;
  }

  #folderNode(folder: string): FolderNode {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const node: FolderNode = { kind: 'folder', folder };
    this.#folders.set(folder, node);
    return node;
  }

  #groupNode(folder: string, group: Group, parent: FolderNode | undefined): GroupNode {
    const key = groupKey(folder, group);
    const known = this.#groups.get(key);
    if (known !== undefined && known.parent === parent) return known;
    const node: GroupNode = { kind: 'group', folder, group, parent };
    this.#groups.set(key, node);
    return node;
  }

  /** Whether a filter matches so few files that all folders can be opened. */
  #findsLittle(): boolean {
    const numbers = this.deps.engine.state.comparisons.map(({ shown }) => shown);
    if (numbers.every(shown => shown === undefined)) return false;
    const files = numbers.flatMap(shown => Object.values(shown ?? {}));
    return files.reduce((sum, count) => sum + count, 0) <= maxFilesOpenedAtOnce;
  }

  #startAnew(): void {
    this.#pages.clear();
    this.#onDidChangeTreeData.fire(undefined);
  }

  #comparison(folder: string): ComparisonTotals | undefined {
    return this.deps.engine.state.comparisons.find(comparison => comparison.folder === folder);
  }

  #failure(folder: string): FailureRecord | undefined {
    const { state } = this.deps.engine;
    if (state.kind !== 'failed') return undefined;
    return state.failures.find(failed => failed.folder === folder)?.failure;
  }

  #refresh(): void {
    const before = this.#shown;
    const now = this.#outline();
    this.#shown = now;
    const dirty = new Set(this.#dirty);
    this.#dirty.clear();
    if (before.shape !== now.shape) {
      this.#onDidChangeTreeData.fire(undefined);
      return;
    }
    for (const [key, numbers] of now.numbers) {
      if (before.numbers.get(key) !== numbers) dirty.add(key);
    }
    const nodes = [...dirty].flatMap(key => this.#groups.get(key) ?? []);
    if (nodes.length > 0) this.#onDidChangeTreeData.fire(nodes);
  }

  /** Describes what is shown above the rows, so that changes can be found by comparing. */
  #outline(): Outline {
    const isAllOpen = this.#findsLittle();
    const shape = [String(isAllOpen)];
    const numbers = new Map<string, string>();
    for (const folder of localFolders()) {
      const id = folderId(folder);
      shape.push(id, this.deps.targets.statusOf(folder).kind, this.#failure(id)?.code ?? '');
    }
    for (const comparison of this.deps.engine.state.comparisons) {
      shape.push(comparison.folder, String(comparison.comparedAt));
      for (const group of shownGroups(comparison)) {
        const key = groupKey(comparison.folder, group);
        const { files, bytes } = comparison.groups[group];
        shape.push(group, String(files === 0));
        const proved = group === 'up-to-date' ? comparison.proved : 0;
        numbers.set(key, [files, bytes, proved, comparison.shown?.[group]].join(' '));
      }
    }
    return { isAllOpen, shape: shape.join('\n'), numbers };
  }
}

interface Outline {
  /** Whether every row is open, because a filter matches few files; the ids depend on it. */
  readonly isAllOpen: boolean;
  readonly shape: string;
  readonly numbers: ReadonlyMap<string, string>;
}

const maxRowsPerPage = 1000;

/** Up to this many matches every folder is opened; each folder costs a request. */
const maxFilesOpenedAtOnce = 200;

/** Groups that are shown even when empty, because that answers what the user asks. */
const alwaysShown: ReadonlySet<Group> = new Set(['out-of-date', 'missing-in-cloud', 'up-to-date']);

function shownGroups(comparison: ComparisonTotals): readonly Group[] {
  return groups.filter(group => alwaysShown.has(group) || comparison.groups[group].files > 0);
}

function groupKey(folder: string, group: Group): string {
  return `${folder}\n${group}`;
}
