import type { FilePath } from '../../protocol/folders';

/**
 * What is in a folder, in the order of the names. It is sorted when somebody looks, and what comes or
 * goes is put in its place from then on: to sort a hundred thousand names takes half a second, and
 * every row that changes comes and goes.
 */
export class SortedByName<T> {
  readonly #all: () => readonly T[];
  readonly #pathOf: (item: T) => FilePath;
  #sorted: T[] | undefined;
  /** How many came or went since somebody looked. */
  #changes = 0;

  /** @param all Returns everything in any order; asked when it has to be sorted. */
  constructor(all: () => readonly T[], pathOf: (item: T) => FilePath) {
    this.#all = all;
    this.#pathOf = pathOf;
  }

  get(): readonly T[] {
    this.#changes = 0;
    this.#sorted ??= sorted(this.#all(), this.#pathOf);
    return this.#sorted;
  }

  /** Call it when something has come that was not there. */
  came(item: T): void {
    this.#change(item, place => this.#sorted?.splice(place, 0, item));
  }

  /** Call it when something has gone. */
  went(item: T): void {
    this.#change(item, place => this.#sorted?.splice(place, 1));
  }

  #change(item: T, change: (place: number) => void): void {
    if (this.#sorted === undefined) return;
    if (++this.#changes > maxChanges) {
      this.#sorted = undefined;
      return;
    }
    change(placeOf(this.#sorted, this.#pathOf(item), this.#pathOf));
  }
}

/** More in a row are sorted anew together: each one moves all that stands behind it. */
const maxChanges = 1000;

/** Where something with this path stands, or would. */
function placeOf<T>(ordered: readonly T[], path: FilePath, pathOf: (item: T) => FilePath): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = ordered[middle];
    if (other !== undefined && compared(pathOf(other), path) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sorted<T>(items: readonly T[], pathOf: (item: T) => FilePath): T[] {
  // To tell a path may take longer than to compare two.
  const named = items.map(item => ({ item, path: pathOf(item) }));
  // Texts that are nearly in order are sorted in half the time, and by their units they are in no time.
  named.sort((one, other) => comparedByUnits(one.path, other.path));
  named.sort((one, other) => compared(one.path, other.path));
  return named.map(({ item }) => item);
}

/** As the Explorer sorts: `file2` before `file10`. */
const byName = new Intl.Collator(undefined, { numeric: true });

function compared(one: FilePath, other: FilePath): number {
  // Different names may be equal to people, as `é` written in two ways.
  return byName.compare(one, other) || comparedByUnits(one, other);
}

function comparedByUnits(one: FilePath, other: FilePath): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
