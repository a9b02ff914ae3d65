import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type * as Sqlite from 'node:sqlite';
import { adoptEarlierSpellings } from './adoptEarlierSpellings';
import { BackoffReads } from './backoffReads';
import { QueuedWrites } from './queuedWrites';
import type { ReceiptOwner } from './receipts';
import { createTables } from './schema';
import {
  hasSqliteCode,
  isBusy,
  journalModeOn as defaultModeOn,
  loadSqlite,
  sqliteCodes,
  type JournalMode,
} from './sqlite';
import { TurnWrites } from './turnWrites';

export interface DatabaseOptions {
  readonly file: string;
  /** Called with the new name of a broken file, and with what is wrong with it. */
  readonly onBroken: (renamedTo: string, why: unknown) => void;
  /** Called once, with why something could not be read or written. */
  readonly onError: (why: unknown) => void;
  readonly journalModeOn?: (folder: string) => JournalMode;
}

/** The SQLite file with what outlives the engine; all windows share it. */
export class Database {
  readonly sqlite: Sqlite.DatabaseSync;
  readonly #findOwner: Sqlite.StatementSync;
  readonly #addOwner: Sqlite.StatementSync;
  readonly #probe: Sqlite.StatementSync;
  readonly #onError: (why: unknown) => void;
  readonly #reads: BackoffReads;
  readonly #ownerReads: BackoffReads;
  readonly #writes: QueuedWrites;
  readonly #turnWrites: TurnWrites;
  /** A number stays its owner's; it is asked for with every file. */
  readonly #ownerIds = new Map<string, number>();
  #hasFailed = false;
  #unkept: Database | undefined;

  private constructor(sqlite: Sqlite.DatabaseSync, onError: (why: unknown) => void) {
    this.sqlite = sqlite;
    this.#onError = onError;
    const failed = (why: unknown) => {
      this.#failed(why);
    };
    this.#reads = new BackoffReads(failed);
    this.#ownerReads = new BackoffReads(failed);
    this.#writes = new QueuedWrites(failed);
    this.#turnWrites = new TurnWrites(sqlite, this.#writes, failed);
    this.#findOwner = sqlite.prepare(
      'SELECT id FROM owners WHERE folder_id = ? AND endpoint = ? AND bucket = ? AND prefix = ?',
    );
    this.#addOwner = sqlite.prepare(
      'INSERT OR IGNORE INTO owners (folder_id, endpoint, bucket, prefix) VALUES (?, ?, ?, ?)',
    );
    this.#probe = sqlite.prepare('SELECT id FROM owners LIMIT 1');
  }

  /**
   * Opens the file. A broken one is renamed and begun anew, which costs a comparison of contents and
   * never a wrong verdict. Throws if nothing can be kept: no room, no right to write, or a file of a
   * later version. Later errors go to `onError` and are not thrown.
   */
  static open(options: DatabaseOptions): Database {
    const { file, onBroken, onError, journalModeOn = defaultModeOn } = options;
    const folder = dirname(file);
    mkdirSync(folder, { recursive: true });
    let sqlite: Sqlite.DatabaseSync;
    try {
      sqlite = openChecked(file, journalModeOn(folder));
    } catch (error) {
      if (!isBroken(error)) throw error;
      const renamedTo = `${file}.broken-${String(Date.now())}`;
      renameSync(file, renamedTo);
      // These belong to the broken file.
      for (const end of ['-wal', '-shm', '-journal']) rmSync(file + end, { force: true });
      onBroken(renamedTo, error);
      sqlite = openChecked(file, journalModeOn(folder));
    }
    return new Database(sqlite, onError);
  }

  /** Makes a database that lasts as long as the engine. */
  static inMemory(): Database {
    const { DatabaseSync } = loadSqlite();
    const sqlite = new DatabaseSync(':memory:');
    createTables(sqlite);
    return new Database(sqlite, () => undefined);
  }

  /**
   * Returns where an owner's rows are: here, or in memory as long as the owner has no number here
   * and none can be written.
   */
  locate(owner: ReceiptOwner): { readonly database: Database; readonly id: number } {
    const id = this.#ownerId(owner);
    if (id !== undefined) return { database: this, id };
    this.#unkept ??= Database.inMemory();
    return this.#unkept.locate(owner);
  }

  /** Has the rows that could not be written here, if there ever were any. */
  get unkept(): Database | undefined {
    return this.#unkept;
  }

  /** Returns what is read, or `otherwise` if it cannot be read: no verdict rests on records alone. */
  read<T>(run: () => T, otherwise: T): T {
    return this.#reads.read(run, otherwise);
  }

  /** Waits while another process has the file locked; for a while, and until the signal is aborted. */
  readable(signal: AbortSignal): Promise<void> {
    return this.#reads.whenFree(() => this.#probe.get(), signal);
  }

  /**
   * Writes all or nothing: before it returns if nobody else has the file locked, else later and in
   * the same order. `onSettled` is called when it is written or given up. Never throws.
   */
  write(run: () => unknown, onSettled: () => void = () => undefined): void {
    // What came before is written before.
    this.#turnWrites.flush();
    this.#writes.add({ run, onSettled });
  }

  /** Like `write`; what is written not even a power cut takes back. */
  writeDurably(run: () => unknown, onSettled?: () => void): void {
    const { sqlite } = this;
    this.write(() => {
      sqlite.exec('PRAGMA synchronous = FULL');
      try {
        run();
      } finally {
        sqlite.exec('PRAGMA synchronous = NORMAL');
      }
    }, onSettled);
  }

  /**
   * Like `write`, at the end of this turn of the event loop and together with all that comes in it.
   * The promise resolves when that is over.
   */
  writeSoon(run: () => unknown, onSettled: () => void = () => undefined): Promise<void> {
    return this.#turnWrites.add({ run, onSettled });
  }

  /** As `writeNow`, at the end of this turn of the event loop and together with all that comes in it. */
  askSoon<T>(run: () => T): Promise<T | 'locked' | 'failed'> {
    return this.#turnWrites.ask(run);
  }

  /**
   * Writes at once or not at all; `locked` means that another process has the file locked. Where it
   * fails, `onError` knows why.
   */
  writeNow<T>(run: () => T): T | 'locked' | 'failed' {
    this.#turnWrites.flush();
    try {
      return run();
    } catch (error) {
      if (isBusy(error)) return 'locked';
      this.#failed(error);
      return 'failed';
    }
  }

  /** Writes several rows in one transaction: a commit costs as much as hundreds of rows. */
  writeTogether(run: () => void, onSettled?: () => void): void {
    const { sqlite } = this;
    this.write(() => {
      sqlite.exec('BEGIN IMMEDIATE');
      try {
        run();
        sqlite.exec('COMMIT');
      } catch (error) {
        sqlite.exec('ROLLBACK');
        throw error;
      }
    }, onSettled);
  }

  close(): void {
    this.#turnWrites.flush();
    this.#writes.close();
    this.sqlite.close();
    this.#unkept?.close();
  }

  #ownerId({ folderId, store, bucket, prefix }: ReceiptOwner): number | undefined {
    const owner = [folderId, store, bucket, prefix] as const;
    const known = this.#ownerIds.get(JSON.stringify(owner));
    if (known !== undefined) return known;
    const find = () => (this.#findOwner.get(...owner) as { id: number } | undefined)?.id;
    const found =
      this.#reads.read(find, undefined) ??
      this.#ownerReads.read(() => {
        this.#addOwner.run(...owner);
        return find();
      }, undefined);
    if (found !== undefined) this.#ownerIds.set(JSON.stringify(owner), found);
    return found;
  }

  #failed(why: unknown): void {
    // A full disk is full for the next thousand writes, too.
    if (!this.#hasFailed) this.#onError(why);
    this.#hasFailed = true;
  }
}

function openChecked(file: string, mode: JournalMode): Sqlite.DatabaseSync {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(file);
  try {
    // Another window may be making the tables just now; later a lock must not hold the thread.
    database.exec('PRAGMA busy_timeout = 2000');
    const check = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    if (check.quick_check !== 'ok') throw new BrokenDatabase(check.quick_check);
    database.exec(`PRAGMA journal_mode = ${mode}`);
    // A commit survives a killed process. A power cut may take the last ones, which are then proved
    // anew by content; what must not be lost is written durably.
    database.exec('PRAGMA synchronous = NORMAL');
    createTables(database);
    adoptEarlierSpellings(database);
    database.exec('PRAGMA busy_timeout = 25');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

class BrokenDatabase extends Error {}

function isBroken(error: unknown): boolean {
  return (
    error instanceof BrokenDatabase ||
    hasSqliteCode(error, sqliteCodes.corrupt, sqliteCodes.notADatabase)
  );
}
