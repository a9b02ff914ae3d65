import type { StatementSync } from 'node:sqlite';
import type { CapabilityMemory, RememberedCapabilities } from '../ports/capabilityMemory';
import type { Database } from './database';

/** What stores can do, by store and bucket, for all windows. */
export class CapabilityRecords implements CapabilityMemory {
  readonly #database: Database;
  readonly #select: StatementSync;
  readonly #replace: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#select = database.sqlite.prepare(
      'SELECT learned, server, learned_at FROM capabilities WHERE store = ? AND bucket = ?',
    );
    this.#replace = database.sqlite.prepare(
      'INSERT OR REPLACE INTO capabilities VALUES (?, ?, ?, ?, ?)',
    );
  }

  recall(store: string, bucket: string): RememberedCapabilities | undefined {
    const row = this.#database.read(() => this.#select.get(store, bucket), undefined);
    if (row === undefined) return undefined;
    const { learned, server, learned_at: learnedAtMs } = row as unknown as CapabilityRow;
    return { learned, server, learnedAtMs };
  }

  remember(
    store: string,
    bucket: string,
    { learned, server, learnedAtMs }: RememberedCapabilities,
  ): void {
    this.#database.write(() => this.#replace.run(store, bucket, learned, server, learnedAtMs));
  }
}

interface CapabilityRow {
  readonly learned: string;
  readonly server: string;
  readonly learned_at: number;
}
