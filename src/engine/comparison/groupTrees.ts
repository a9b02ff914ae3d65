import { rootPath, type FilePath } from '../../protocol/folders';
import { groups, type Group } from '../../protocol/verdicts';
import { findingAt } from '../compare/findings';
import { parentPath } from '../disk/filePath';
import type { CloudFiles } from '../scan/cloudFiles';
import { bytesOf, folderOf, groupOf, isProved, isUnconfirmed, type Entry } from './entry';
import type { FileOrRow } from './folderFiles';
import { GroupTree, type Measure, type TreeFolder } from './groupTree';

/** An entry, or the row of a cloud file that is only there, and of which no more need be said. */
export type Held = FileOrRow<Entry>;

/** The trees of all groups: each entry has a row in one, and counts in one. */
export class GroupTrees {
  readonly #cloud: CloudFiles;
  readonly #trees: ReadonlyMap<Group, GroupTree<Entry>>;
  /** How much of what is up to date is proved. It shows no rows. */
  readonly proved: GroupTree<Entry>;
  /** How much of it was so once, and could not be compared again. It shows no rows. */
  readonly unconfirmed: GroupTree<Entry>;

  /** @param cloud The files whose rows are held. */
  constructor(cloud: CloudFiles) {
    this.#cloud = cloud;
    this.#trees = new Map(groups.map(group => [group, new GroupTree(measure, cloud)]));
    this.proved = new GroupTree(measure, cloud);
    this.unconfirmed = new GroupTree(measure, cloud);
  }

  of(group: Group): GroupTree<Entry> {
    const tree = this.#trees.get(group);
    if (tree === undefined) throw new Error(`There is no group ${group}.`);
    return tree;
  }

  entryOf(held: Held): Entry {
    return typeof held === 'number' ? findingAt(this.#cloud, held) : held;
  }

  /** The entry whose row stands at a path. */
  get(path: FilePath): Entry | undefined {
    const home = parentPath(path);
    for (const tree of this.#trees.values()) {
      const held = tree.folder(home)?.files.get(path);
      if (held !== undefined) return this.entryOf(held);
    }
    // A key that is no path is shown below none.
    const foreign = this.of('ignored').root.files.get(path);
    return foreign === undefined ? undefined : this.entryOf(foreign);
  }

  get size(): number {
    return groups.reduce((sum, group) => sum + this.of(group).root.rows, 0);
  }

  /** Trees of what passes a filter. */
  filtered(passes: (path: FilePath) => boolean): GroupTrees {
    const trees = new GroupTrees(this.#cloud);
    for (const held of this.below(rootPath)) {
      if (typeof held === 'number') {
        if (passes(this.#cloud.pathAt(held))) trees.putRow(held);
      } else if (passes(held.path)) trees.put(held);
    }
    return trees;
  }

  /** How many files of some groups lie at or below a folder. */
  count(among: readonly Group[], folder: FilePath): number {
    const counts = among.map(group => this.of(group).folder(folder)?.totals.files ?? 0);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Everything that is held at or below a folder. */
  *below(path: FilePath): Generator<Held> {
    for (const tree of this.#trees.values()) yield* tree.folder(path)?.leaves() ?? [];
  }

  /** Shows a file that is only in the cloud. */
  putRow(row: number): void {
    this.of('only-in-cloud').put(row, 'both');
  }

  /** Shows an entry where its row stands, and counts it where its verdict says. */
  put(entry: Entry): void {
    const { verdict } = entry;
    const group = groupOf(entry);
    if (isProved(entry)) this.proved.put(entry, 'number');
    if (isUnconfirmed(entry)) this.unconfirmed.put(entry, 'number');
    if (group === verdict.kind) {
      this.of(group).put(entry, 'both');
      return;
    }
    this.of(group).put(entry, 'row');
    this.of(verdict.kind).put(entry, 'number');
  }

  take(entry: Entry): void {
    const { verdict } = entry;
    const group = groupOf(entry);
    if (isProved(entry)) this.proved.take(entry, 'number');
    if (isUnconfirmed(entry)) this.unconfirmed.take(entry, 'number');
    if (group === verdict.kind) {
      this.of(group).take(entry, 'both');
      return;
    }
    this.of(group).take(entry, 'row');
    this.of(verdict.kind).take(entry, 'number');
  }

  /**
   * Puts an entry in the place of another one at the same path. Its row moves only to another group,
   * and numbers change only where they differ: most of what happens to a file changes neither.
   */
  replace(before: Entry, entry: Entry): void {
    const isAtHome = folderOf(before) === folderOf(entry);
    const isCounted = isAtHome && bytesOf(before) === bytesOf(entry);
    const [rowFrom, rowTo] = [groupOf(before), groupOf(entry)];
    if (isAtHome && rowFrom === rowTo) {
      this.of(rowTo).replaceRow(entry);
    } else {
      this.of(rowTo).put(entry, 'row');
      this.of(rowFrom).take(before, 'row');
    }
    if (!isCounted || before.verdict.kind !== entry.verdict.kind) {
      this.of(entry.verdict.kind).put(entry, 'number');
      this.of(before.verdict.kind).take(before, 'number');
    }
    if (!isCounted || isProved(before) !== isProved(entry)) {
      if (isProved(entry)) this.proved.put(entry, 'number');
      if (isProved(before)) this.proved.take(before, 'number');
    }
    if (!isCounted || isUnconfirmed(before) !== isUnconfirmed(entry)) {
      if (isUnconfirmed(entry)) this.unconfirmed.put(entry, 'number');
      if (isUnconfirmed(before)) this.unconfirmed.take(before, 'number');
    }
  }

  /** Returns something of each group's root. */
  roots<T>(what: (root: TreeFolder<Entry>) => T): Readonly<Record<Group, T>> {
    const each = groups.map(group => [group, what(this.of(group).root)]);
    return Object.fromEntries(each) as Record<Group, T>;
  }
}

const measure: Measure<Entry> = { pathOf: ({ path }) => path, folderOf, bytesOf };
