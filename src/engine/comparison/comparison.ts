import type { KnownCopy } from '../../protocol/cloudCopies';
import type { ComparisonTotals } from '../../protocol/comparisons';
import type { FailureRecord } from '../../protocol/failures';
import type { FilePath } from '../../protocol/folders';
import type { Overview, OverviewRequest } from '../../protocol/overview';
import type { Activity, ChildrenPage, NodeId, Row, TreeLayout, Work } from '../../protocol/rows';
import { groups, isNotBackedUp, type Group } from '../../protocol/verdicts';
import type { Finding } from '../compare/finding';
import type { TimeSlice } from '../concurrency/timeSlice';
import { isWithin } from '../disk/filePath';
import { folderOf, groupOf, isUnconfirmed, toEntry, toFileRow, type Entry } from './entry';
import type { TreeChild } from './groupTree';
import { GroupTrees } from './groupTrees';
import type { ComparisonTarget } from './job';
import { overviewOf } from './overview';
import type { RowFilter } from './rowFilter';

/**
 * All verdicts of one folder, each path in exactly one group, with totals that always add up: numbers
 * go by the verdicts at once, while the row of a finished file keeps its place for a moment. Whoever
 * changes a file after the comparison tells it so, which keeps it true until the next one.
 */
export class Comparison {
  readonly #entries = new Map<FilePath, Entry>();
  readonly #trees = new GroupTrees();
  #filter: RowFilter | undefined;
  /** What the filter lets through; built when it is first asked for. */
  #filtered: GroupTrees | undefined;
  /** The rows that have just finished and will move to another group, with their timers. */
  readonly #moves = new Map<FilePath, NodeJS.Timeout>();
  #unconfirmed = 0;

  /** Milliseconds since 1970. */
  comparedAt = Date.now();
  /** Why the listing behind it is incomplete; `undefined` for a complete one. */
  incomplete: FailureRecord | undefined;
  /** What was found to have changed while it was worked on; it is judged when that has ended. */
  readonly toldMeanwhile = new Set<FilePath>();
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
    this.#cancelMove(finding.path);
    this.#replace(toEntry(finding));
  }

  /** Puts the findings of a new comparison, each of another path, where their verdicts say. */
  async placeAll(findings: Iterable<Finding>, slice: TimeSlice): Promise<void> {
    for (const finding of findings) {
      if (slice.isOver) await slice.next(finding.path);
      this.#put(finding);
    }
    this.onChanged(groups);
  }

  /** Forgets a path: there is nothing of it left on either side. */
  remove(path: FilePath): void {
    this.#cancelMove(path);
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    this.#entries.delete(path);
    this.#trees.take(entry);
    if (this.#filter?.(path) === true) this.#filtered?.take(entry);
    if (isUnconfirmed(entry)) this.#unconfirmed--;
    this.onChanged([groupOf(entry)]);
  }

  /** Shows what is being done to a file, in the place where its row stands. */
  setActivity(path: FilePath, activity: Activity | undefined): void {
    const entry = this.#entries.get(path);
    if (entry !== undefined) this.#replace({ ...entry, activity });
  }

  /**
   * Takes in the result of work on a file. Its row keeps its place for a moment, marked as finished,
   * so that a second click hits no other file; then it moves to the group of its verdict.
   */
  finish(finding: Finding, work: Work): void {
    const before = this.#entries.get(finding.path);
    if (before === undefined) {
      this.place(finding);
      return;
    }
    this.#cancelMove(finding.path);
    const activity = { kind: 'finished', work } as const;
    this.#replace(toEntry(finding, { activity, shownIn: groupOf(before) }));
    const timer = setTimeout(() => {
      this.#move(finding.path);
    }, finishedRowMs);
    timer.unref();
    this.#moves.set(finding.path, timer);
  }

  /** Marks what is up to date below a path as unconfirmed, since comparing it again has failed. */
  unconfirm(below: FilePath): void {
    for (const entry of [...this.inGroup('up-to-date', below)]) {
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
    for (const tree of this.#trees.all()) yield* tree.folder(path)?.leaves() ?? [];
  }

  /**
   * The findings at a path and below it with the group's verdict, whatever the filter is, and even if
   * their rows have not moved there yet.
   */
  inGroup(group: Group, path: FilePath): Iterable<Entry> {
    return this.#at(group, path, undefined);
  }

  /**
   * What the row of a file, folder or group means to a command: the finding at its path, and below it
   * the findings with the group's verdict that the filter lets through. Finished rows count in the
   * group that they will move to: whoever has just backed up files means these, too.
   */
  atRow({ group, path }: Pick<NodeId, 'group' | 'path'>): Iterable<Entry> {
    return this.#at(group, path, this.#filter);
  }

  /**
   * How many local files below a folder are missing or not current in the cloud; `undefined` where
   * no finding lies below the path.
   */
  notBackedUpBelow(path: FilePath): number | undefined {
    const isFolder = groups.some(group => this.#trees.of(group).folder(path) !== undefined);
    return isFolder ? this.#count(notBackedUp, path) : undefined;
  }

  /** What is known of the cloud copies of these paths; paths that were not checked are left out. */
  knownCopies(paths: readonly FilePath[]): readonly KnownCopy[] {
    return paths.flatMap((path): KnownCopy[] => {
      const entry = this.#entries.get(path);
      if (entry === undefined) return [];
      if (entry.cloud !== undefined) return [{ path, etag: entry.cloud.etag }];
      const isChecked = entry.verdict.kind !== 'unchecked' && this.incomplete === undefined;
      return isChecked ? [{ path, etag: undefined }] : [];
    });
  }

  children(
    { group, path }: Pick<NodeId, 'group' | 'path'>,
    layout: TreeLayout,
    offset: number,
    limit: number,
  ): ChildrenPage {
    const folder = this.#shown().of(group).folder(path);
    if (folder === undefined) return { rows: [], total: 0 };
    if (layout === 'list') {
      return { rows: folder.inOrder(offset, limit).map(toFileRow), total: folder.rows };
    }
    return {
      rows: folder.children(offset, limit).map(child => this.#toRow(child)),
      total: folder.childCount,
    };
  }

  /** The filter does not count: a picture of a part would be taken for one of the whole. */
  overview(request: Omit<OverviewRequest, 'folder'>): Overview | null {
    return overviewOf(this.#trees, request);
  }

  totals(): ComparisonTotals {
    const { folder, bucket, prefix } = this.target;
    return {
      folder,
      bucket,
      prefix,
      comparedAt: this.comparedAt,
      found: this.#entries.size,
      groups: this.#trees.roots(({ totals }) => totals),
      proved: this.#trees.proved.root.totals.files,
      unconfirmed: this.#unconfirmed,
      incomplete: this.incomplete,
      shown: this.#filter && this.#shown().roots(({ totals }) => totals.files),
      rows: this.#shown().roots(({ rows }) => rows),
    };
  }

  /** Stops the timers. Rows that were about to move stay where they are. */
  dispose(): void {
    for (const timer of this.#moves.values()) clearTimeout(timer);
    this.#moves.clear();
  }

  /** Puts an entry in the place of the one at its path. Only what differs moves. */
  #replace(entry: Entry): void {
    const before = this.#entries.get(entry.path);
    if (before === undefined) this.#put(entry);
    else {
      this.#entries.set(entry.path, entry);
      this.#trees.replace(before, entry);
      if (this.#filter?.(entry.path) === true) this.#filtered?.replace(before, entry);
      this.#unconfirmed += Number(isUnconfirmed(entry)) - Number(isUnconfirmed(before));
    }
    const concerned = [before ?? entry, entry].flatMap(each => [groupOf(each), each.verdict.kind]);
    this.onChanged([...new Set(concerned)]);
  }

  /** Puts an entry where none is. */
  #put(entry: Entry): void {
    this.#entries.set(entry.path, entry);
    this.#trees.put(entry);
    if (this.#filter?.(entry.path) === true) this.#filtered?.put(entry);
    if (isUnconfirmed(entry)) this.#unconfirmed++;
  }

  #cancelMove(path: FilePath): void {
    clearTimeout(this.#moves.get(path));
    this.#moves.delete(path);
  }

  /** Moves a finished row to its group. Work that has begun on it meanwhile stays marked. */
  #move(path: FilePath): void {
    this.#moves.delete(path);
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    const activity = entry.activity?.kind === 'finished' ? undefined : entry.activity;
    this.#replace(toEntry(entry, { activity }));
  }

  *#at(group: Group, path: FilePath, filter: RowFilter | undefined): Generator<Entry> {
    const own = this.#entries.get(path);
    if (own !== undefined && (groupOf(own) === group || own.verdict.kind === group)) yield own;
    const trees = filter === undefined ? this.#trees : this.#shown();
    for (const entry of trees.of(group).folder(path)?.leaves() ?? []) {
      if (entry.verdict.kind === group) yield entry;
    }
    for (const finished of this.#moves.keys()) {
      const entry = this.#entries.get(finished);
      if (entry === undefined || groupOf(entry) === group || entry.verdict.kind !== group) continue;
      if (isWithin(folderOf(entry), path) && filter?.(finished) !== false) yield entry;
    }
  }

  #shown(): GroupTrees {
    const filter = this.#filter;
    if (filter === undefined) return this.#trees;
    if (this.#filtered === undefined) {
      this.#filtered = new GroupTrees();
      for (const entry of this.#entries.values()) {
        if (filter(entry.path)) this.#filtered.put(entry);
      }
    }
    return this.#filtered;
  }

  #toRow(child: TreeChild<Entry>): Row {
    if (child.kind === 'leaf') return toFileRow(child.leaf);
    const { path, totals } = child.folder;
    // The filter does not count here: people delete folders, not rows.
    return {
      kind: 'folder',
      path,
      totals,
      notBackedUp: this.#count(notBackedUp, path),
      ignored: this.#count(['ignored'], path),
    };
  }

  #count(among: readonly Group[], path: FilePath): number {
    const count = (group: Group) => this.#trees.of(group).folder(path)?.totals.files ?? 0;
    return among.reduce((sum, group) => sum + count(group), 0);
  }
}

/** How long a finished row keeps its place. */
export const finishedRowMs = 2_000;

/** The groups of local files that are not backed up as they are. */
const notBackedUp = groups.filter(isNotBackedUp);
