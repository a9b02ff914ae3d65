import type { GroupTotals } from '../../protocol/comparisons';
import type { FilePath } from '../../protocol/folders';
import { childPath, fileName } from '../disk/filePath';
import type { CloudFiles } from '../scan/cloudFiles';
import { FolderFiles, type FileOrRow } from './folderFiles';
import { SortedByName } from './sortedByName';

/**
 * The rows of one group by folders, with its numbers kept at every folder. A row that has just
 * finished is shown in one group and counts in another, to which it will move.
 */
export class GroupTree<T extends object> {
  readonly #root: Folder<T>;
  /** The folders to the last leaf: the next one is often in the same. */
  #last: readonly Folder<T>[] = [];
  readonly #measure: Measure<FileOrRow<T>>;
  readonly #newFolder: (path: FilePath) => Folder<T>;

  /** @param cloud The files of which rows are put. */
  constructor({ pathOf, folderOf, bytesOf }: Measure<T>, cloud: CloudFiles) {
    const isRow = (leaf: FileOrRow<T>) => typeof leaf === 'number';
    this.#measure = {
      pathOf: leaf => (isRow(leaf) ? cloud.pathAt(leaf) : pathOf(leaf)),
      folderOf: leaf => (isRow(leaf) ? cloud.folderAt(leaf) : folderOf(leaf)),
      bytesOf: leaf => (isRow(leaf) ? cloud.sizeAt(leaf) : bytesOf(leaf)),
    };
    this.#newFolder = path => new Folder<T>(path, new FolderFiles(this.#measure.pathOf, cloud));
    this.#root = this.#newFolder('' as FilePath);
  }

  get root(): TreeFolder<T> {
    return this.#root;
  }

  put(leaf: FileOrRow<T>, as: Part): void {
    const holder = this.#add(leaf, as, 1).at(-1) ?? this.#root;
    if (as !== 'number') holder.files.came(leaf);
  }

  take(leaf: FileOrRow<T>, as: Part): void {
    const chain = this.#add(leaf, as, -1);
    const holder = chain.at(-1) ?? this.#root;
    if (as !== 'number') holder.files.went(leaf);
    for (let depth = chain.length - 1; depth > 0; depth--) {
      const folder = chain[depth];
      const parent = chain[depth - 1];
      if (folder === undefined || parent === undefined || !folder.isEmpty) break;
      parent.folders.delete(fileName(folder.path));
      this.#last = [];
    }
  }

  /** Shows a leaf in the place of the one with its path, which stands in the same folder. */
  replaceRow(leaf: T): void {
    const holder = this.#foldersOf(leaf).at(-1) ?? this.#root;
    holder.files.replace(leaf);
  }

  #foldersOf(leaf: FileOrRow<T>): readonly Folder<T>[] {
    const home = this.#measure.folderOf(leaf);
    if (this.#last.at(-1)?.path !== home) this.#last = [...this.#foldersTo(home)];
    return this.#last;
  }

  /** Adds to the rows and numbers of all folders that a leaf is in, and returns these. */
  #add(leaf: FileOrRow<T>, as: Part, count: 1 | -1): readonly Folder<T>[] {
    const bytes = this.#measure.bytesOf(leaf);
    const chain = this.#foldersOf(leaf);
    let parent: Folder<T> | undefined;
    for (const folder of chain) {
      if (as !== 'row') folder.count(count, count * bytes);
      if (as !== 'number') {
        const before = folder.rows;
        folder.rows += count;
        if (before === 0) parent?.folderCame(folder);
        else if (folder.rows === 0) parent?.folderWent(folder);
      }
      parent = folder;
    }
    return chain;
  }

  /** The folder at a path; `undefined` where the group has nothing below it. */
  folder(path: FilePath): TreeFolder<T> | undefined {
    let folder: Folder<T> | undefined = this.#root;
    for (const name of names(path)) folder = folder?.folders.get(name);
    return folder;
  }

  /** All folders from the root to the one at a path, which are made where they are missing. */
  *#foldersTo(path: FilePath): Generator<Folder<T>> {
    let folder = this.#root;
    yield folder;
    for (const name of names(path)) {
      let next = folder.folders.get(name);
      if (next === undefined) {
        next = this.#newFolder(childPath(folder.path, name));
        folder.folders.set(name, next);
      }
      folder = next;
      yield folder;
    }
  }
}

/** Whether a leaf is shown in a tree, counts there, or both. */
export type Part = 'row' | 'number' | 'both';

/** Where leaves belong; must not change while they are in a tree. */
export interface Measure<T> {
  /** Tells it from all others. */
  readonly pathOf: (leaf: T) => FilePath;
  /** The folder that shows a leaf. */
  readonly folderOf: (leaf: T) => FilePath;
  /** What a leaf adds to its group's total. */
  readonly bytesOf: (leaf: T) => number;
}

export interface TreeFolder<T extends object> {
  readonly path: FilePath;
  /** What counts at or below this folder. */
  readonly totals: GroupTotals;
  /** How many files are shown at or below this folder. */
  readonly rows: number;
  /** The folders in it by their names, also those in which only something counts. */
  readonly folders: ReadonlyMap<string, TreeFolder<T>>;
  /** The files shown in it. */
  readonly files: Pick<FolderFiles<T>, 'get' | 'values'>;
  /** How many rows stand directly below it. */
  readonly childCount: number;
  /** A page of them: folders first, then files, each in the order of their names. */
  children(offset: number, limit: number): readonly TreeChild<T>[];
  /** A page of all files at or below this folder, in the order in which the tree shows them. */
  inOrder(offset: number, limit: number): readonly FileOrRow<T>[];
  /** Every file at or below this folder. */
  leaves(): Iterable<FileOrRow<T>>;
}

export type TreeChild<T extends object> =
  | { readonly kind: 'folder'; readonly folder: TreeFolder<T> }
  | { readonly kind: 'leaf'; readonly leaf: FileOrRow<T> };

class Folder<T extends object> implements TreeFolder<T> {
  readonly folders = new Map<string, Folder<T>>();
  rows = 0;
  #countedFiles = 0;
  #countedBytes = 0;
  // Most folders are never looked into.
  #sortedFolders: SortedByName<Folder<T>> | undefined;

  constructor(
    readonly path: FilePath,
    readonly files: FolderFiles<T>,
  ) {}

  get isEmpty(): boolean {
    return this.rows === 0 && this.#countedFiles === 0;
  }

  get totals(): GroupTotals {
    return { files: this.#countedFiles, bytes: this.#countedBytes };
  }

  count(files: number, bytes: number): void {
    this.#countedFiles += files;
    this.#countedBytes += bytes;
  }

  /** A folder without rows is not shown: call it when one below gets its first. */
  folderCame(folder: Folder<T>): void {
    this.#sortedFolders?.came(folder);
  }

  /** Call it when a folder below loses its last row. */
  folderWent(folder: Folder<T>): void {
    this.#sortedFolders?.went(folder);
  }

  get childCount(): number {
    return this.#shownFolders().length + this.files.size;
  }

  children(offset: number, limit: number): readonly TreeChild<T>[] {
    const folders = this.#shownFolders();
    const shown = folders.slice(offset, offset + limit);
    const [start, end] = [offset - folders.length, offset + limit - folders.length];
    const files = end > 0 ? this.files.inOrder(Math.max(0, start), end) : [];
    return [
      ...shown.map(folder => ({ kind: 'folder' as const, folder })),
      ...files.map(leaf => ({ kind: 'leaf' as const, leaf })),
    ];
  }

  inOrder(offset: number, limit: number): readonly FileOrRow<T>[] {
    const found: FileOrRow<T>[] = [];
    let toSkip = offset;
    for (const folder of this.#shownFolders()) {
      if (found.length >= limit) return found;
      if (toSkip >= folder.rows) {
        // Folders know their totals, so that what is skipped is not walked.
        toSkip -= folder.rows;
        continue;
      }
      found.push(...folder.inOrder(toSkip, limit - found.length));
      toSkip = 0;
    }
    if (found.length >= limit) return found;
    found.push(...this.files.inOrder(toSkip, toSkip + limit - found.length));
    return found;
  }

  #shownFolders(): readonly Folder<T>[] {
    this.#sortedFolders ??= new SortedByName(
      () => [...this.folders.values()].filter(({ rows }) => rows > 0),
      ({ path }) => path,
    );
    return this.#sortedFolders.get();
  }

  *leaves(): Generator<FileOrRow<T>> {
    const waiting: Folder<T>[] = [this];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      yield* folder.files.values();
      waiting.push(...folder.folders.values());
    }
  }
}

function names(path: FilePath): readonly string[] {
  return path === '' ? [] : path.split('/');
}
