import type { FilePath } from '../../protocol/folders';

interface Named {
  readonly path: FilePath;
}

/**
 * What is in a folder, in the order of the names. It is sorted when somebody looks, and what comes or
 * goes is put in its place from then on: to sort a hundred thousand names takes half a second, and
 * every row that changes comes and goes.
 */
export class SortedByName<T extends Named> {
  readonly #all: () => readonly T[];
  #sorted: T[] | undefined;
  /** How many came or went since somebody looked. */
  #changes = 0;

  /** @param all Returns everything in any order; asked when it has to be sorted. */
  constructor(all: () => readonly T[]) {
    this.#all = all;
  }

  get(): readonly T[] {
    this.#changes = 0;
    this.#sorted ??= sorted(this.#all());
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
    change(placeOf(this.#sorted, item));
  }
}

/** More in a row are sorted anew together: each one moves all that stands behind it. */
const maxChanges = 1000;

/** Where something stands, or would. */
function placeOf(ordered: readonly Named[], item: Named): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = ordered[middle];
    if (other !== undefined && compared(other, item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sorted<T extends Named>(items: readonly T[]): T[] {
  // Texts that are nearly in order are sorted in half the time, and by their units they are in no time.
  return items.toSorted(comparedByUnits).sort(compared);
}

/** As the Explorer sorts: `file2` before `file10`. */
const byName = new Intl.Collator(undefined, { numeric: true });

function compared(one: Named, other: Named): number {
  // Different names may be equal to people, as `é` written in two ways.
  return byName.compare(one.path, other.path) || comparedByUnits(one, other);
}

function comparedByUnits({ path: one }: Named, { path: other }: Named): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
