import type { ComparisonTotals } from '../../protocol/comparisons';
import type { FailureRecord } from '../../protocol/failures';
import type { FilePath } from '../../protocol/folders';
import type {
  Activity,
  ChildrenPage,
  FileRow,
  NodeId,
  Row,
  Side,
  TreeLayout,
  Work,
} from '../../protocol/rows';
import type { Group } from '../../protocol/verdicts';
import { rootPath } from '../../protocol/folders';
import { groups } from '../../protocol/verdicts';
import { isArchiveClass } from '../ports/bucket';
import type { CloudFile } from '../scan/cloudListing';
import { isWithin, parentPath } from '../disk/filePath';
import { groupTree, type GroupTree, type TreeChild } from './groupTree';
import type { LocalFile } from '../disk/localFile';
import type { RowFilter } from './rowFilter';
import type { Finding } from '../compare/finding';
import type { ComparisonTarget } from './job';

/** A finding in its place. */
export interface Entry extends Finding {
  readonly activity: Activity | undefined;
  /** The group in which its row stands: its verdict's, but for the moment after it has finished. */
  readonly group: Group;
  readonly bytes: number;
  readonly folder: FilePath;
}

/**
 * All verdicts of one folder, each path in exactly one group, with totals that always add up. What
 * happens to files after the comparison is told to it, so that it stays true until the next one.
 */
export class Comparison {
  readonly #entries = new Map<FilePath, Entry>();
  readonly #trees = groupTrees();
  #filter: RowFilter | undefined;
  /** What the filter lets through; built when it is first asked for. */
  #filtered: GroupTrees | undefined;
  readonly #settling = new Map<FilePath, NodeJS.Timeout>();
  #proved = 0;

  /** Milliseconds since 1970. */
  comparedAt = Date.now();
  /** Why the listing behind it is not whole, where it is not. */
  incomplete: FailureRecord | undefined;
  /** Called with the groups whose rows came, went or changed. */
  onChanged: (groups: readonly Group[]) => void = () => undefined;

  constructor(readonly target: ComparisonTarget) {}

  get(path: FilePath): Entry | undefined {
    return this.#entries.get(path);
  }

  get size(): number {
    return this.#entries.size;
  }

  entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  /** Puts a finding where its verdict says, from wherever its path stood before. */
  place(finding: Finding): void {
    this.#stopSettling(finding.path);
    this.#replace(toEntry(finding, undefined, finding.verdict.kind));
  }

  /** Forgets a path: there is nothing of it left on either side. */
  remove(path: FilePath): void {
    this.#stopSettling(path);
    const entry = this.#takeOut(path);
    if (entry !== undefined) this.onChanged([entry.group]);
  }

  /** Shows what is being done to a file, in the place where its row stands. */
  setActivity(path: FilePath, activity: Activity | undefined): void {
    const entry = this.#entries.get(path);
    if (entry !== undefined) this.#replace({ ...entry, activity });
  }

  /**
   * Takes in what a file's work has led to. Its row keeps its place for a moment, marked as
   * finished, so that a second click hits no other file; then it moves to where it belongs.
   */
  finish(finding: Finding, work: Work): void {
    const before = this.#entries.get(finding.path);
    if (before === undefined) {
      this.place(finding);
      return;
    }
    this.#stopSettling(finding.path);
    this.#replace(toEntry(finding, { kind: 'finished', work }, before.group));
    const timer = setTimeout(() => {
      this.#settle(finding.path);
    }, settlingTime);
    timer.unref();
    this.#settling.set(finding.path, timer);
  }

  /** Takes back that files are up to date: nobody could confirm it when it was asked again. */
  unconfirm(): void {
    for (const entry of [...this.inGroup('up-to-date', rootPath)]) {
      const { verdict } = entry;
      if (verdict.kind !== 'up-to-date' || verdict.proof === 'unconfirmed') continue;
      const asOf = this.comparedAt;
      this.#replace({ ...entry, verdict: { kind: 'up-to-date', proof: 'unconfirmed', asOf } });
    }
  }

  /** Shows only the rows that the filter lets through, or all of them. */
  setFilter(filter: RowFilter | undefined): void {
    this.#filter = filter;
    this.#filtered = undefined;
    this.onChanged(groups);
  }

  /** All findings at a path and below it, in all groups. */
  *below(path: FilePath): Generator<Entry> {
    const own = this.#entries.get(path);
    if (own !== undefined) yield own;
    for (const tree of this.#trees.values()) yield* tree.folder(path)?.leaves() ?? [];
  }

  /**
   * The findings at a path and below it whose verdict is the group's, whatever the filter and
   * wherever their rows still stand.
   */
  inGroup(group: Group, path: FilePath): Iterable<Entry> {
    return this.#at(group, path, undefined);
  }

  /**
   * What the row of a file, folder or group means to a command: the finding that stands there, and
   * of those below it that the filter lets through the ones whose verdict is the group's. Rows that
   * have finished and not yet moved count where they belong, as somebody who has just backed up
   * files means these, too.
   */
  atRow({ group, path }: Pick<NodeId, 'group' | 'path'>): Iterable<Entry> {
    return this.#at(group, path, this.#filter);
  }

  children(
    { group, path }: Pick<NodeId, 'group' | 'path'>,
    layout: TreeLayout,
    offset: number,
    limit: number,
  ): ChildrenPage {
    const folder = treeOf(this.#shown(), group).folder(path);
    if (folder === undefined) return { rows: [], total: 0 };
    if (layout === 'list') {
      return { rows: folder.inOrder(offset, limit).map(toFileRow), total: folder.totals.files };
    }
    const all = folder.children();
    return {
      rows: all.slice(offset, offset + limit).map(child => this.#toRow(child)),
      total: all.length,
    };
  }

  totals(): ComparisonTotals {
    const totals = groups.map(group => [group, treeOf(this.#trees, group).root.totals] as const);
    const shown = groups.map(
      group => [group, treeOf(this.#shown(), group).root.totals.files] as const,
    );
    const { folder, bucket, prefix } = this.target;
    return {
      folder,
      bucket,
      prefix,
      comparedAt: this.comparedAt,
      found: this.#entries.size,
      groups: Object.fromEntries(totals) as ComparisonTotals['groups'],
      proved: this.#proved,
      incomplete: this.incomplete,
      shown: this.#filter && (Object.fromEntries(shown) as NonNullable<ComparisonTotals['shown']>),
    };
  }

  /** Stops its timers; rows that were about to move stay where they are. */
  dispose(): void {
    for (const timer of this.#settling.values()) clearTimeout(timer);
    this.#settling.clear();
  }

  #replace(entry: Entry): void {
    const before = this.#takeOut(entry.path);
    this.#entries.set(entry.path, entry);
    treeOf(this.#trees, entry.group).add(entry);
    if (this.#filter?.(entry.path) === true) this.#filteredTree(entry)?.add(entry);
    this.#proved += provedCount(entry);
    const was = before?.group ?? entry.group;
    this.onChanged(was === entry.group ? [was] : [was, entry.group]);
  }

  #takeOut(path: FilePath): Entry | undefined {
    const entry = this.#entries.get(path);
    if (entry === undefined) return undefined;
    this.#entries.delete(path);
    treeOf(this.#trees, entry.group).remove(entry);
    if (this.#filter?.(entry.path) === true) this.#filteredTree(entry)?.remove(entry);
    this.#proved -= provedCount(entry);
    return entry;
  }

  #stopSettling(path: FilePath): void {
    clearTimeout(this.#settling.get(path));
    this.#settling.delete(path);
  }

  /** Moves a row that has finished; work that has begun on it meanwhile stays marked. */
  #settle(path: FilePath): void {
    this.#settling.delete(path);
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    const { activity, verdict } = entry;
    this.#replace(
      toEntry(entry, activity?.kind === 'finished' ? undefined : activity, verdict.kind),
    );
  }

  *#at(group: Group, path: FilePath, filter: RowFilter | undefined): Generator<Entry> {
    const own = this.#entries.get(path);
    if (own !== undefined && (own.group === group || own.verdict.kind === group)) yield own;
    const trees = filter === undefined ? this.#trees : this.#shown();
    for (const entry of treeOf(trees, group).folder(path)?.leaves() ?? []) {
      if (entry.verdict.kind === group) yield entry;
    }
    for (const settling of this.#settling.keys()) {
      const entry = this.#entries.get(settling);
      if (entry === undefined || entry.group === group || entry.verdict.kind !== group) continue;
      if (isWithin(entry.folder, path) && filter?.(settling) !== false) yield entry;
    }
  }

  #shown(): GroupTrees {
    const filter = this.#filter;
    if (filter === undefined) return this.#trees;
    if (this.#filtered === undefined) {
      this.#filtered = groupTrees();
      for (const entry of this.#entries.values()) {
        if (filter(entry.path)) treeOf(this.#filtered, entry.group).add(entry);
      }
    }
    return this.#filtered;
  }

  #filteredTree({ group }: Entry): GroupTree<Entry> | undefined {
    return this.#filtered && treeOf(this.#filtered, group);
  }

  #toRow(child: TreeChild<Entry>): Row {
    if (child.kind === 'leaf') return toFileRow(child.leaf);
    const { path, totals } = child.folder;
    // Whatever the filter: people delete folders, not rows.
    const count = (group: Group) => treeOf(this.#trees, group).folder(path)?.totals.files ?? 0;
    return {
      kind: 'folder',
      path,
      totals,
      notBackedUp: notBackedUp.reduce((sum, group) => sum + count(group), 0),
      ignored: count('ignored'),
    };
  }
}

type GroupTrees = ReadonlyMap<Group, GroupTree<Entry>>;

function groupTrees(): GroupTrees {
  return new Map(groups.map(group => [group, groupTree<Entry>()]));
}

function treeOf(trees: GroupTrees, group: Group): GroupTree<Entry> {
  const tree = trees.get(group);
  if (tree === undefined) throw new Error(`There is no group ${group}.`);
  return tree;
}

/** How long a finished row keeps its place, in milliseconds. */
export const settlingTime = 2_000;

/** The groups of local files that would be lost, in whole or in their present state, if deleted. */
const notBackedUp: readonly Group[] = [
  'changed-in-cloud',
  'unchecked',
  'out-of-date',
  'missing-in-cloud',
];

function toEntry(finding: Finding, activity: Activity | undefined, group: Group): Entry {
  return { ...finding, activity, group, bytes: bytesOf(finding), folder: folderOf(finding) };
}

function provedCount({ group, verdict }: Entry): number {
  return group === 'up-to-date' &&
    verdict.kind === 'up-to-date' &&
    verdict.proof !== 'name-and-time' &&
    verdict.proof !== 'unconfirmed'
    ? 1
    : 0;
}

function bytesOf({ local, cloud }: Finding): number {
  return local?.size ?? cloud?.size ?? 0;
}

/** A key that is no path has no folder to stand in. */
function folderOf({ path, verdict }: Finding): FilePath {
  const isPath = verdict.kind !== 'ignored' || verdict.because.kind !== 'not-a-path';
  return isPath ? parentPath(path) : ('' as FilePath);
}

function toFileRow({ path, isFolder, verdict, local, cloud, activity }: Entry): FileRow {
  return {
    kind: 'file',
    path,
    isFolder,
    verdict,
    local: local && localSide(local),
    cloud: cloud && cloudSide(cloud),
    ...(isArchiveClass(cloud?.storageClass) && { archived: true }),
    activity,
  };
}

/** What is told of a local file. */
export function localSide({ size, mtimeNs: modifiedAt }: LocalFile): Side {
  return { size, modifiedAtMs: Number(modifiedAt / 1_000_000n) };
}

/** What is told of a cloud copy. */
export function cloudSide({ size, modifiedAtMs: modifiedAt }: CloudFile): Side {
  return { size, modifiedAtMs: modifiedAt };
}
