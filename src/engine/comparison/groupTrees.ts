import { groups, type Group } from '../../protocol/verdicts';
import { bytesOf, folderOf, groupOf, isProved, type Entry } from './entry';
import { GroupTree, type TreeFolder } from './groupTree';

/** The trees of all groups: each entry has a row in one, and counts in one. */
export class GroupTrees {
  readonly #trees = new Map(groups.map(group => [group, new GroupTree(measure)]));
  /** How much of what is up to date is proved. It shows no rows. */
  readonly proved = new GroupTree(measure);

  of(group: Group): GroupTree<Entry> {
    const tree = this.#trees.get(group);
    if (tree === undefined) throw new Error(`There is no group ${group}.`);
    return tree;
  }

  all(): Iterable<GroupTree<Entry>> {
    return this.#trees.values();
  }

  /** Shows an entry where its row stands, and counts it where its verdict says. */
  put(entry: Entry): void {
    const { verdict } = entry;
    const group = groupOf(entry);
    if (isProved(entry)) this.proved.put(entry, 'number');
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
  }

  /** Returns something of each group's root. */
  roots<T>(what: (root: TreeFolder<Entry>) => T): Readonly<Record<Group, T>> {
    const each = groups.map(group => [group, what(this.of(group).root)]);
    return Object.fromEntries(each) as Record<Group, T>;
  }
}

const measure = {
  folderOf: (entry: Entry) => folderOf(entry),
  bytesOf: (entry: Entry) => bytesOf(entry),
};
