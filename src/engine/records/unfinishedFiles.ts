import type { StatementSync } from 'node:sqlite';
import type { FilePath } from '../../protocol/folders';
import type { Database } from './database';
import type { LivingEngines } from './engineLocks';
import { PendingRows } from './pendingRows';

/**
 * The files of one folder's batches that have begun and are not known to have arrived: after a batch
 * was cut off, what it has left. All windows see them, but none those that another engine is sending.
 */
export class UnfinishedFiles {
  readonly #table: UnfinishedFileTable;
  readonly #owner: number;

  constructor(table: UnfinishedFileTable, owner: number) {
    this.#table = table;
    this.#owner = owner;
  }

  get count(): number {
    return this.#table.count(this.#owner);
  }

  paths(): readonly FilePath[] {
    return this.#table.paths(this.#owner);
  }

  /** Kept before the call returns, unless the file is locked. */
  add(paths: readonly FilePath[]): void {
    this.#table.add(this.#owner, paths);
  }

  remove(paths: readonly FilePath[]): void {
    this.#table.remove(this.#owner, paths);
  }

  /** Leaves the files to whichever window goes on with them: the batch has ended. */
  leave(paths: readonly FilePath[]): void {
    this.#table.leave(this.#owner, paths);
  }

  clear(): void {
    this.#table.clear(this.#owner);
  }
}

/** The table of unfinished files, by the numbers of their owners. */
export class UnfinishedFileTable {
  readonly #database: Database;
  readonly #engines: LivingEngines;
  readonly #count: StatementSync;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #leave: StatementSync;
  readonly #deleteAll: StatementSync;
  readonly #deleteElsewhere: StatementSync;
  readonly #pending = new PendingRows<true>();

  constructor(database: Database, engines: LivingEngines) {
    this.#database = database;
    this.#engines = engines;
    const { sqlite } = database;
    const notOthers = 'engine NOT IN (SELECT value FROM json_each(?))';
    this.#count = sqlite.prepare(
      `SELECT count(*) AS count FROM unfinished_files WHERE owner = ? AND ${notOthers}`,
    );
    this.#select = sqlite.prepare(
      `SELECT path FROM unfinished_files WHERE owner = ? AND ${notOthers}`,
    );
    // The last engine that sends a file has it; an earlier one leaves it to that.
    this.#insert = sqlite.prepare(
      'INSERT OR REPLACE INTO unfinished_files (owner, path, engine) VALUES (?, ?, ?)',
    );
    this.#delete = sqlite.prepare(
      `DELETE FROM unfinished_files WHERE owner = ? AND path = ? AND ${notOthers}`,
    );
    this.#leave = sqlite.prepare(
      "UPDATE unfinished_files SET engine = '' WHERE owner = ? AND path = ? AND engine = ?",
    );
    this.#deleteAll = sqlite.prepare(
      `DELETE FROM unfinished_files WHERE owner = ? AND ${notOthers}`,
    );
    this.#deleteElsewhere = sqlite.prepare(
      `DELETE FROM unfinished_files WHERE owner <> ? AND owner IN (
         SELECT id FROM owners WHERE folder_id = ?) AND ${notOthers}`,
    );
  }

  count(owner: number): number {
    if (this.#pending.of(owner).size > 0) return this.paths(owner).length;
    return this.#database.read(
      () => (this.#count.get(owner, this.#others()) as { count: number }).count,
      0,
    );
  }

  paths(owner: number): readonly FilePath[] {
    const rows = this.#database.read(() => this.#select.all(owner, this.#others()), []);
    const paths = new Set(rows.map(row => row['path'] as FilePath));
    for (const [path, { row }] of this.#pending.of(owner)) {
      if (row === undefined) paths.delete(path as FilePath);
      else paths.add(path as FilePath);
    }
    return [...paths];
  }

  add(owner: number, paths: readonly FilePath[]): void {
    const own = this.#engines.id();
    this.#database.writeTogether(
      () => {
        for (const path of paths) this.#insert.run(owner, path, own);
      },
      this.#pend(owner, paths, true),
    );
  }

  remove(owner: number, paths: readonly FilePath[]): void {
    this.#database.writeTogether(
      () => {
        const others = this.#others();
        for (const path of paths) this.#delete.run(owner, path, others);
      },
      this.#pend(owner, paths, undefined),
    );
  }

  leave(owner: number, paths: readonly FilePath[]): void {
    const own = this.#engines.id();
    this.#database.writeTogether(() => {
      for (const path of paths) this.#leave.run(owner, path, own);
    });
  }

  clear(owner: number): void {
    const onSettled = this.#pend(owner, this.paths(owner), undefined);
    this.#database.write(() => this.#deleteAll.run(owner, this.#others()), onSettled);
  }

  /** Clears the files of the same folder's other owners. */
  clearElsewhere(owner: number, folderId: string): void {
    this.#database.write(() => this.#deleteElsewhere.run(owner, folderId, this.#others()));
  }

  /** The other engines that live, as a JSON array. */
  #others(): string {
    return JSON.stringify(this.#engines.others());
  }

  #pend(owner: number, paths: readonly FilePath[], row: true | undefined): () => void {
    const all = paths.map(path => this.#pending.add(owner, path, row));
    return () => {
      for (const onSettled of all) onSettled();
    };
  }
}
