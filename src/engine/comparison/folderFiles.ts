import type { FilePath } from '../../protocol/folders';
import type { CloudFiles } from '../scan/cloudFiles';
import { SortedByName } from './sortedByName';

/** What stands for a file: what is known of it, or its row among the cloud files. */
export type FileOrRow<T> = T | number;

/**
 * The files that a folder shows, by their paths. Of those that are but rows there may be a million:
 * they take no more than their numbers, and are found by the cloud files.
 */
export class FolderFiles<T extends object> {
  readonly #pathOf: (file: FileOrRow<T>) => FilePath;
  readonly #cloud: CloudFiles;
  /** In ascending order, those that have gone, too. */
  #rows: number[] = [];
  readonly #goneRows = new Set<number>();
  readonly #others = new Map<FilePath, T>();
  // Most folders are never looked into.
  #sorted: SortedByName<FileOrRow<T>> | undefined;

  constructor(pathOf: (file: FileOrRow<T>) => FilePath, cloud: CloudFiles) {
    this.#pathOf = pathOf;
    this.#cloud = cloud;
  }

  get size(): number {
    return this.#rows.length - this.#goneRows.size + this.#others.size;
  }

  get(path: FilePath): FileOrRow<T> | undefined {
    return this.#others.get(path) ?? this.#rowAt(path);
  }

  *values(): Generator<FileOrRow<T>> {
    for (const row of this.#rows) if (!this.#goneRows.has(row)) yield row;
    yield* this.#others.values();
  }

  /** Call it with a file that is not among them, and with rows in ascending order. */
  came(file: FileOrRow<T>): void {
    if (typeof file === 'number') this.#rows.push(file);
    else this.#others.set(this.#pathOf(file), file);
    this.#sorted?.came(file);
  }

  went(file: FileOrRow<T>): void {
    const path = this.#pathOf(file);
    if (!this.#others.delete(path)) this.#rowWent(path);
    this.#sorted?.went(file);
  }

  /** Puts a file in the place of the one with its path. */
  replace(file: T): void {
    const path = this.#pathOf(file);
    if (!this.#others.has(path)) this.#rowWent(path);
    this.#others.set(path, file);
  }

  /** Those from one place up to another, in the order of their names. */
  inOrder(start: number, end: number): readonly FileOrRow<T>[] {
    this.#sorted ??= new SortedByName(() => [...this.values()], this.#pathOf);
    const page = this.#sorted.get().slice(start, end);
    // The order is that of the paths; what stands at one may have been replaced since.
    return page.map(file => this.get(this.#pathOf(file)) ?? file);
  }

  #rowAt(path: FilePath): number | undefined {
    if (this.#rows.length === 0) return undefined;
    const row = this.#cloud.rowOf(path);
    if (row === undefined || this.#goneRows.has(row)) return undefined;
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#rows[middle] ?? row) < row) low = middle + 1;
      else high = middle;
    }
    return this.#rows[low] === row ? row : undefined;
  }

  #rowWent(path: FilePath): void {
    const row = this.#rowAt(path);
    if (row === undefined) return;
    this.#goneRows.add(row);
    if (this.#goneRows.size * 2 < this.#rows.length) return;
    this.#rows = this.#rows.filter(each => !this.#goneRows.has(each));
    this.#goneRows.clear();
  }
}
