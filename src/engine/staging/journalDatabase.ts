import { rmSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FilePath } from '../../protocol/folders';
import type { Placeholder } from '../disk/rename';
import type { StagedFile } from '../disk/stagedFile';
import { loadSqlite } from '../records/sqlite';

/**
 * The entries of one journal, in an SQLite database that is locked as long as it is open. All methods
 * throw what SQLite throws.
 */
export class JournalDatabase {
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #statements = new Map<string, StatementSync>();

  /** Makes the file if it is missing. Throws if another process or thread has it open. */
  constructor(file: string) {
    const { DatabaseSync } = loadSqlite();
    this.#file = file;
    this.#database = new DatabaseSync(file);
    try {
      // With an exclusive lock, the write-ahead log needs no shared memory and so works on network
      // disks (https://www.sqlite.org/wal.html#noshm).
      this.#database.exec('PRAGMA locking_mode = EXCLUSIVE');
      this.#database.exec('PRAGMA journal_mode = WAL');
      // An entry has to survive a power cut, or its hidden file would stay for ever.
      this.#database.exec('PRAGMA synchronous = FULL');
      this.#database.exec(schema);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  get files(): readonly StagedFile[] {
    const rows = this.#database.prepare('SELECT * FROM staged_files').all();
    return (rows as unknown as StagedFileRow[]).map(({ kind, root, path, staged_path }) => ({
      kind,
      root,
      path: path as FilePath,
      stagedPath: staged_path as FilePath,
    }));
  }

  get placeholders(): readonly Placeholder[] {
    const rows = this.#database.prepare('SELECT * FROM placeholders').all();
    return (rows as unknown as PlaceholderRow[]).map(({ path, source, noted_at: notedAt }) => ({
      path,
      source,
      notedAt,
    }));
  }

  get isEmpty(): boolean {
    return this.files.length === 0 && this.placeholders.length === 0;
  }

  addFile({ kind, root, path, stagedPath }: StagedFile): void {
    this.#run(
      'INSERT INTO staged_files (kind, root, path, staged_path) VALUES (?, ?, ?, ?)',
      kind,
      root,
      path,
      stagedPath,
    );
  }

  markComplete({ root, stagedPath }: StagedFile): void {
    this.#run(
      "UPDATE staged_files SET kind = 'complete' WHERE staged_path = ? AND root = ?",
      stagedPath,
      root,
    );
  }

  removeFile({ root, stagedPath }: StagedFile): void {
    this.#run('DELETE FROM staged_files WHERE staged_path = ? AND root = ?', stagedPath, root);
  }

  /** Adds and removes files, all or nothing. */
  exchangeFiles(added: readonly StagedFile[], removed: readonly StagedFile[]): void {
    this.#database.exec('BEGIN');
    try {
      for (const file of added) this.addFile(file);
      for (const file of removed) this.removeFile(file);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  addPlaceholder({ path, source, notedAt }: Placeholder): void {
    this.#run(
      'INSERT INTO placeholders (path, source, noted_at) VALUES (?, ?, ?)',
      path,
      source,
      notedAt,
    );
  }

  removePlaceholder({ path, source }: Placeholder): void {
    this.#run('DELETE FROM placeholders WHERE path = ? AND source = ?', path, source);
  }

  close(): void {
    this.#database.close();
  }

  /** Deletes the database with its companions. Close it first. */
  delete(): void {
    for (const companion of ['', '-wal', '-journal']) {
      rmSync(this.#file + companion, { force: true });
    }
  }

  #run(sql: string, ...values: readonly (string | number)[]): void {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    statement.run(...values);
  }
}

interface StagedFileRow {
  readonly staged_path: string;
  readonly root: string;
  readonly kind: StagedFile['kind'];
  readonly path: string;
}

interface PlaceholderRow {
  readonly path: string;
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly noted_at: number;
}

const schema = `
  CREATE TABLE IF NOT EXISTS staged_files (
    staged_path TEXT NOT NULL,
    root TEXT NOT NULL,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    PRIMARY KEY (staged_path, root)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS placeholders (
    path TEXT NOT NULL,
    source TEXT NOT NULL,
    noted_at REAL NOT NULL,
    PRIMARY KEY (path, source)
  ) STRICT, WITHOUT ROWID;`;
