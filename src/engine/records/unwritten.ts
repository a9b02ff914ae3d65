/** Rows whose writing waits, for readers to see as if they were written. */
export interface Unwritten<T> {
  /**
   * A row that is to be written, or, where it is `undefined`, to go. Call the function that it gives
   * when that is settled.
   */
  note(owner: number, key: string, row: T | undefined): () => void;
  /** `undefined` where nothing waits. */
  find(owner: number, key: string): Waiting<T> | undefined;
  of(owner: number): ReadonlyMap<string, Waiting<T>>;
}

export interface Waiting<T> {
  readonly row: T | undefined;
}

export function unwritten<T>(): Unwritten<T> {
  const owners = new Map<number, Map<string, Waiting<T>>>();
  return {
    note(owner, key, row) {
      const rows = owners.get(owner) ?? new Map<string, Waiting<T>>();
      owners.set(owner, rows);
      const waiting = { row };
      rows.set(key, waiting);
      return () => {
        // A later write of the same row may wait by now.
        if (rows.get(key) === waiting) rows.delete(key);
      };
    },
    find: (owner, key) => owners.get(owner)?.get(key),
    of: owner => owners.get(owner) ?? new Map<string, Waiting<T>>(),
  };
}
