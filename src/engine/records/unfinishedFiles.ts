import type { StatementSync } from 'node:sqlite';
import type { FilePath } from '../../protocol/folders';
import type { Database } from './database';
import { PendingRows } from './pendingRows';

/**
 * The files of one folder's batches that have begun and are not known to have arrived: after a batch
 * was cut off, what it has left. All windows see them.
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

  clear(): void {
    this.#table.clear(this.#owner);
  }
}

/** The table of unfinished files, by the numbers of their owners. */
export class UnfinishedFileTable {
  readonly #database: Database;
  readonly #count: StatementSync;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #deleteAll: StatementSync;
  readonly #deleteElsewhere: StatementSync;
  readonly #pending = new PendingRows<true>();

  constructor(database: Database) {
    this.#database = database;
    const { sqlite } = database;
    this.#count = sqlite.prepare('SELECT count(*) AS count FROM unfinished_files WHERE owner = ?');
    this.#select = sqlite.prepare('SELECT path FROM unfinished_files WHERE owner = ?');
    this.#insert = sqlite.prepare('INSERT OR IGNORE INTO unfinished_files VALUES (?, ?)');
    this.#delete = sqlite.prepare('DELETE FROM unfinished_files WHERE owner = ? AND path = ?');
    this.#deleteAll = sqlite.prepare('DELETE FROM unfinished_files WHERE owner = ?');
    this.#deleteElsewhere = sqlite.prepare(
      `DELETE FROM unfinished_files WHERE owner <> ? AND owner IN (
         SELECT id FROM owners WHERE folder_id = ?)`,
    );
  }

  count(owner: number): number {
    if (this.#pending.of(owner).size > 0) return this.paths(owner).length;
    return this.#database.read(() => (this.#count.get(owner) as { count: number }).count, 0);
  }

  paths(owner: number): readonly FilePath[] {
    const rows = this.#database.read(() => this.#select.all(owner), []);
    const paths = new Set(rows.map(row => row['path'] as FilePath));
    for (const [path, { row }] of this.#pending.of(owner)) {
      if (row === undefined) paths.delete(path as FilePath);
      else paths.add(path as FilePath);
    }
    return [...paths];
  }

  add(owner: number, paths: readonly FilePath[]): void {
    this.#database.writeTogether(
      () => {
        for (const path of paths) this.#insert.run(owner, path);
      },
      this.#pend(owner, paths, true),
    );
  }

  remove(owner: number, paths: readonly FilePath[]): void {
    this.#database.writeTogether(
      () => {
        for (const path of paths) this.#delete.run(owner, path);
      },
      this.#pend(owner, paths, undefined),
    );
  }

  clear(owner: number): void {
    const onSettled = this.#pend(owner, this.paths(owner), undefined);
    this.#database.write(() => this.#deleteAll.run(owner), onSettled);
  }

  /** Clears the files of the same folder's other owners. */
  clearElsewhere(owner: number, folderId: string): void {
    this.#database.write(() => this.#deleteElsewhere.run(owner, folderId));
  }

  #pend(owner: number, paths: readonly FilePath[], row: true | undefined): () => void {
    const all = paths.map(path => this.#pending.add(owner, path, row));
    return () => {
      for (const onSettled of all) onSettled();
    };
  }
}
