import type { FilePath } from '../../protocol/folders';
import { SortedByName } from './sortedByName';

/**
 * The files that a folder shows, by their paths. As long as nobody looks for one, which goes for most
 * folders of a large comparison, they are but a list.
 */
export class FolderFiles<T> {
  readonly #pathOf: (file: T) => FilePath;
  #list: T[] = [];
  #byPath: Map<FilePath, T> | undefined;
  // Most folders are never looked into.
  #sorted: SortedByName<T> | undefined;

  constructor(pathOf: (file: T) => FilePath) {
    this.#pathOf = pathOf;
  }

  get size(): number {
    return this.#byPath?.size ?? this.#list.length;
  }

  get(path: FilePath): T | undefined {
    return this.#map().get(path);
  }

  values(): Iterable<T> {
    return this.#byPath?.values() ?? this.#list;
  }

  /** Call it with a file that is not among them. */
  came(file: T): void {
    if (this.#byPath === undefined) this.#list.push(file);
    else this.#byPath.set(this.#pathOf(file), file);
    this.#sorted?.came(file);
  }

  went(file: T): void {
    this.#map().delete(this.#pathOf(file));
    this.#sorted?.went(file);
  }

  /** Puts a file in the place of the one with its path. */
  replace(file: T): void {
    this.#map().set(this.#pathOf(file), file);
  }

  /** Those from one place up to another, in the order of their names. */
  inOrder(start: number, end: number): readonly T[] {
    this.#sorted ??= new SortedByName(() => [...this.values()], this.#pathOf);
    const page = this.#sorted.get().slice(start, end);
    // The order is that of the paths; what stands at one may have been replaced since.
    return page.map(file => this.#byPath?.get(this.#pathOf(file)) ?? file);
  }

  #map(): Map<FilePath, T> {
    if (this.#byPath === undefined) {
      this.#byPath = new Map(this.#list.map(file => [this.#pathOf(file), file]));
      this.#list = [];
    }
    return this.#byPath;
  }
}
