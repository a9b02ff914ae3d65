import type { KnownCopy } from '../../protocol/cloudCopies';
import type { ComparisonTotals } from '../../protocol/comparisons';
import type { FailureRecord } from '../../protocol/failures';
import { rootPath, type FilePath } from '../../protocol/folders';
import type { Overview, OverviewRequest } from '../../protocol/overview';
import type {
  Activity,
  ChangedRow,
  ChildrenPage,
  NodeId,
  TreeLayout,
  Work,
} from '../../protocol/rows';
import { groups, type Group } from '../../protocol/verdicts';
import type { Finding } from '../compare/finding';
import type { Findings } from '../compare/findings';
import type { TimeSlice } from '../concurrency/timeSlice';
import { isWithin } from '../disk/filePath';
import { CloudFiles } from '../scan/cloudFiles';
import { folderOf, groupOf, isOnlyMarked, toEntry, toFileRow, type Entry } from './entry';
import { notBackedUpBelow, toRow } from './folderRows';
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
  readonly #trees: GroupTrees;
  #filter: RowFilter | undefined;
  /** What the filter lets through; built when it is first asked for. */
  #filtered: GroupTrees | undefined;
  /** The rows that have just finished and will move to another group, with their timers. */
  readonly #moves = new Map<FilePath, NodeJS.Timeout>();

  /** Milliseconds since 1970. */
  comparedAt = Date.now();
  /** Why the listing behind it is incomplete; `undefined` for a complete one. */
  incomplete: FailureRecord | undefined;
  /** What was found to have changed while it was worked on; it is judged when that has ended. */
  readonly toldMeanwhile = new Set<FilePath>();
  /** When paths that have become ignored since were safe, of what was in the cloud no more. */
  readonly safeOnce = new Map<FilePath, number>();
  /** Called with groups whose rows came, went or changed, and a row that changed where it stands. */
  onChanged: (groups: readonly Group[], row?: ChangedRow) => void = () => undefined;

  /** @param cloud Those of the findings that are placed all at once. */
  constructor(
    readonly target: ComparisonTarget,
    cloud = new CloudFiles(),
  ) {
    this.#trees = new GroupTrees(cloud);
  }

  get(path: FilePath): Entry | undefined {
    return this.#trees.get(path);
  }

  get size(): number {
    return this.#trees.size;
  }

  *entries(): Generator<Entry> {
    for (const held of this.#trees.below(rootPath)) yield this.#trees.entryOf(held);
  }

  /** Puts a finding where its verdict says, from wherever its path stood before. */
  place(finding: Finding): void {
    this.#cancelMove(finding.path);
    this.#replace(toEntry(finding));
  }

  /** Puts the findings of a new comparison, each of another path, where their verdicts say. */
  async placeAll(findings: Findings, slice: TimeSlice): Promise<void> {
    for (const row of findings.onlyInCloud) {
      if (slice.isOver) await slice.next(this.target.folder);
      this.#trees.putRow(row);
    }
    for (const finding of findings.others) {
      if (slice.isOver) await slice.next(finding.path);
      this.#put(finding);
    }
    this.onChanged(groups);
  }

  /** Forgets a path: there is nothing of it left on either side. */
  remove(path: FilePath): void {
    this.#cancelMove(path);
    const entry = this.#trees.get(path);
    if (entry === undefined) return;
    this.#trees.take(entry);
    if (this.#filter?.(path) === true) this.#filtered?.take(entry);
    this.onChanged([groupOf(entry)]);
  }

  /** Shows what is being done to a file, in the place where its row stands. */
  setActivity(path: FilePath, activity: Activity | undefined): void {
    const entry = this.#trees.get(path);
    if (entry !== undefined) this.#replace({ ...entry, activity }, entry);
  }

  /**
   * Takes in the result of work on a file. Its row keeps its place for a moment, marked as finished,
   * so that a second click hits no other file; then it moves to the group of its verdict.
   */
  finish(finding: Finding, work: Work): void {
    const before = this.#trees.get(finding.path);
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
    const own = this.#trees.get(path);
    if (own !== undefined) yield own;
    for (const held of this.#trees.below(path)) yield this.#trees.entryOf(held);
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
    return notBackedUpBelow(this.#trees, path);
  }

  /** What is known of the cloud copies of these paths; paths that were not checked are left out. */
  knownCopies(paths: readonly FilePath[]): readonly KnownCopy[] {
    return paths.flatMap((path): KnownCopy[] => {
      const entry = this.#trees.get(path);
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
      const entries = folder.inOrder(offset, limit).map(held => this.#trees.entryOf(held));
      return { rows: entries.map(toFileRow), total: folder.rows };
    }
    return {
      rows: folder.children(offset, limit).map(child => toRow(this.#trees, child)),
      total: folder.childCount,
    };
  }

  /** The filter does not count: a picture of a part would be taken for one of the whole. */
  overview(request: Omit<OverviewRequest, 'folder'>): Overview | null {
    return overviewOf(this.#trees, request);
  }

  totals(): ComparisonTotals {
    const { folder, bucket, prefix } = this.target;
    const { proved, unconfirmed } = this.#trees;
    return {
      folder,
      bucket,
      prefix,
      comparedAt: this.comparedAt,
      found: this.#trees.size,
      groups: this.#trees.roots(({ totals }) => totals),
      proved: proved.root.totals.files,
      provedBytes: proved.root.totals.bytes,
      unconfirmed: unconfirmed.root.totals.files,
      unconfirmedBytes: unconfirmed.root.totals.bytes,
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
  #replace(entry: Entry, before = this.#trees.get(entry.path)): void {
    if (before === undefined) {
      this.#put(entry);
      this.onChanged([groupOf(entry)]);
      return;
    }
    this.#trees.replace(before, entry);
    if (this.#filter?.(entry.path) === true) this.#filtered?.replace(before, entry);
    const [from, group] = [groupOf(before), groupOf(entry)];
    const concerned = new Set([from, group, before.verdict.kind, entry.verdict.kind]);
    const isNews = from !== group || !isOnlyMarked(before, entry);
    const row = from === group ? { group, row: toFileRow(entry) } : undefined;
    this.onChanged(isNews ? [...concerned] : [], row);
  }

  /** Puts an entry where none is. */
  #put(entry: Entry): void {
    this.#trees.put(entry);
    if (this.#filter?.(entry.path) === true) this.#filtered?.put(entry);
  }

  #cancelMove(path: FilePath): void {
    clearTimeout(this.#moves.get(path));
    this.#moves.delete(path);
  }

  /** Moves a finished row to its group. Work that has begun on it meanwhile stays marked. */
  #move(path: FilePath): void {
    this.#moves.delete(path);
    const entry = this.#trees.get(path);
    if (entry === undefined) return;
    const activity = entry.activity?.kind === 'finished' ? undefined : entry.activity;
    this.#replace(toEntry(entry, { activity }));
  }

  *#at(group: Group, path: FilePath, filter: RowFilter | undefined): Generator<Entry> {
    const own = this.#trees.get(path);
    if (own !== undefined && (groupOf(own) === group || own.verdict.kind === group)) yield own;
    const trees = filter === undefined ? this.#trees : this.#shown();
    for (const held of trees.of(group).folder(path)?.leaves() ?? []) {
      const entry = trees.entryOf(held);
      if (entry.verdict.kind === group) yield entry;
    }
    for (const finished of this.#moves.keys()) {
      const entry = this.#trees.get(finished);
      if (entry === undefined || groupOf(entry) === group || entry.verdict.kind !== group) continue;
      if (isWithin(folderOf(entry), path) && filter?.(finished) !== false) yield entry;
    }
  }

  #shown(): GroupTrees {
    if (this.#filter === undefined) return this.#trees;
    this.#filtered ??= this.#trees.filtered(this.#filter);
    return this.#filtered;
  }
}

/** How long a finished row keeps its place. */
export const finishedRowMs = 2_000;
