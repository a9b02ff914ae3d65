import type { GroupTotals } from '../../protocol/comparisons';
import type { FilePath } from '../../protocol/folders';

/** The files of one group by folders, with totals kept at every folder. */
export interface GroupTree<T extends Leaf> {
  readonly root: TreeFolder<T>;
  add(leaf: T): void;
  remove(leaf: T): void;
  /** The folder at a path; `undefined` where the group holds nothing below it. */
  folder(path: FilePath): TreeFolder<T> | undefined;
}

export interface Leaf {
  readonly path: FilePath;
  /** The folder in which the leaf is shown. */
  readonly folder: FilePath;
  /** Bytes that the leaf adds to its group's total; must not change while it is in a tree. */
  readonly bytes: number;
}

export interface TreeFolder<T extends Leaf> {
  readonly path: FilePath;
  readonly totals: GroupTotals;
  /** Folders first, then files, each in the order of their names. */
  children(): readonly TreeChild<T>[];
  /** A stretch of all files at or below this folder, in the order in which the tree shows them. */
  inOrder(offset: number, limit: number): readonly T[];
  /** Every file at or below this folder. */
  leaves(): Iterable<T>;
}

export type TreeChild<T extends Leaf> =
  | { readonly kind: 'folder'; readonly folder: TreeFolder<T> }
  | { readonly kind: 'leaf'; readonly leaf: T };

export function groupTree<T extends Leaf>(): GroupTree<T> {
  const root = new Folder<T>('' as FilePath);

  function find(path: FilePath): Folder<T> | undefined {
    let folder: Folder<T> | undefined = root;
    for (const name of names(path)) folder = folder?.folders.get(name);
    return folder;
  }

  /** All folders from the root down to the one at a path, made where they are missing. */
  function* foldersTo(path: FilePath): Generator<Folder<T>> {
    let folder = root;
    yield folder;
    for (const name of names(path)) {
      let next = folder.folders.get(name);
      if (next === undefined) {
        next = new Folder<T>((folder.path === '' ? name : `${folder.path}/${name}`) as FilePath);
        folder.folders.set(name, next);
        folder.order = undefined;
      }
      folder = next;
      yield folder;
    }
  }

  return {
    root,
    add(leaf) {
      let last = root;
      for (const folder of foldersTo(leaf.folder)) {
        folder.count(1, leaf.bytes);
        last = folder;
      }
      last.files.set(leaf.path, leaf);
      last.order = undefined;
    },
    remove(leaf) {
      const chain = [...foldersTo(leaf.folder)];
      for (const folder of chain) folder.count(-1, -leaf.bytes);
      const holder = chain.at(-1) ?? root;
      holder.files.delete(leaf.path);
      holder.order = undefined;
      for (let depth = chain.length - 1; depth > 0; depth--) {
        const folder = chain[depth];
        const parent = chain[depth - 1];
        if (folder === undefined || parent === undefined || folder.totals.files > 0) break;
        parent.folders.delete(lastName(folder.path));
        parent.order = undefined;
      }
    },
    folder: find,
  };
}

class Folder<T extends Leaf> implements TreeFolder<T> {
  readonly folders = new Map<string, Folder<T>>();
  readonly files = new Map<FilePath, T>();
  totals: GroupTotals = { files: 0, bytes: 0 };
  /** The sorted children, until the next change. */
  order: readonly TreeChild<T>[] | undefined;

  constructor(readonly path: FilePath) {}

  count(files: number, bytes: number): void {
    this.totals = { files: this.totals.files + files, bytes: this.totals.bytes + bytes };
  }

  children(): readonly TreeChild<T>[] {
    this.order ??= [
      ...[...this.folders.values()]
        .sort((one, other) => byName.compare(one.path, other.path))
        .map(folder => ({ kind: 'folder' as const, folder })),
      ...[...this.files.values()]
        .sort((one, other) => byName.compare(one.path, other.path))
        .map(leaf => ({ kind: 'leaf' as const, leaf })),
    ];
    return this.order;
  }

  inOrder(offset: number, limit: number): readonly T[] {
    const found: T[] = [];
    let toSkip = offset;
    for (const child of this.children()) {
      if (found.length >= limit) break;
      const files = child.kind === 'folder' ? child.folder.totals.files : 1;
      if (toSkip >= files) {
        // Folders know their numbers: what is skipped is not walked.
        toSkip -= files;
        continue;
      }
      if (child.kind === 'leaf') found.push(child.leaf);
      else found.push(...child.folder.inOrder(toSkip, limit - found.length));
      toSkip = 0;
    }
    return found;
  }

  *leaves(): Generator<T> {
    const waiting: Folder<T>[] = [this];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      yield* folder.files.values();
      waiting.push(...folder.folders.values());
    }
  }
}

/** As the Explorer sorts: `file2` before `file10`. */
const byName = new Intl.Collator(undefined, { numeric: true });

function names(path: FilePath): readonly string[] {
  return path === '' ? [] : path.split('/');
}

function lastName(path: FilePath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
