/** A row that waits to be written, or, if `undefined`, to be deleted. */
export interface PendingRow<T> {
  readonly row: T | undefined;
}

/** Rows whose writing waits; readers see them as if they were written. */
export class PendingRows<T> {
  readonly #owners = new Map<number, Map<string, PendingRow<T>>>();

  /** Returns the function to call when the row is written or given up. */
  add(owner: number, key: string, row: T | undefined): () => void {
    const rows = this.#owners.get(owner) ?? new Map<string, PendingRow<T>>();
    this.#owners.set(owner, rows);
    const pending = { row };
    rows.set(key, pending);
    return () => {
      // A later write of the same row may wait by now.
      if (rows.get(key) === pending) rows.delete(key);
    };
  }

  /** Returns `undefined` if nothing is pending under that key. */
  find(owner: number, key: string): PendingRow<T> | undefined {
    return this.#owners.get(owner)?.get(key);
  }

  of(owner: number): ReadonlyMap<string, PendingRow<T>> {
    return this.#owners.get(owner) ?? new Map<string, PendingRow<T>>();
  }
}
