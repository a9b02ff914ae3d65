import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type * as Sqlite from 'node:sqlite';
import { journalModeOn, type JournalMode } from './journalMode';
import { patientReads } from './patientReads';
import type { ReceiptOwner } from './receipts';
import { loadSqlite, sqliteCode } from './sqlite';
import { waitingWrites } from './waitingWrites';

/** The SQLite file with what the engine has to know in its next life; shared by all windows. */
export interface Database {
  readonly sqlite: Sqlite.DatabaseSync;
  /**
   * The number under which a folder's rows for one place in one store are kept; `undefined` where
   * it has none and none can be written.
   */
  ownerId(owner: ReceiptOwner): number | undefined;
  /** Gives what is read, or `otherwise`: nothing rests on what is kept alone. */
  read<T>(run: () => T, otherwise: T): T;
  /** Waits while somebody else keeps everybody from reading; for a while, and until cancelled. */
  readable(signal: AbortSignal): Promise<void>;
  /**
   * Writes all or nothing, before it returns where nobody else has the file locked, else later and in
   * the same order. `onSettled` is called when it is written or given up. A write that fails is not
   * thrown.
   */
  write(run: () => unknown, onSettled?: () => void): void;
  close(): void;
}

/**
 * Opens the file. One that is broken is set aside and begun anew, which costs a comparison of
 * contents and never a wrong verdict. Throws where nothing can be kept: no SQLite here, no room, no
 * right to write, or a file of a later version. What fails later is told, once, and not thrown.
 */
export function openDatabase(
  file: string,
  onBroken: (setAside: string, why: unknown) => void,
  onTrouble: (why: unknown) => void,
  modeOn: (folder: string) => JournalMode = journalModeOn,
): Database {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true });
  let sqlite: Sqlite.DatabaseSync;
  try {
    sqlite = openChecked(file, modeOn(folder));
  } catch (error) {
    if (!isBroken(error)) throw error;
    const setAside = `${file}.broken-${String(Date.now())}`;
    renameSync(file, setAside);
    // Whatever these hold belongs to the broken file.
    for (const companion of ['-wal', '-shm', '-journal']) rmSync(file + companion, { force: true });
    onBroken(setAside, error);
    sqlite = openChecked(file, modeOn(folder));
  }
  const addOwner = sqlite.prepare(
    'INSERT OR IGNORE INTO owners (folder_id, endpoint, bucket, prefix) VALUES (?, ?, ?, ?)',
  );
  const findOwner = sqlite.prepare(
    'SELECT id FROM owners WHERE folder_id = ? AND endpoint = ? AND bucket = ? AND prefix = ?',
  );
  let isTold = false;

  function tellOnce(why: unknown): void {
    // A full disk is full for the next thousand writes, too.
    if (!isTold) onTrouble(why);
    isTold = true;
  }

  const reads = patientReads(tellOnce);
  const ownerReads = patientReads(tellOnce);
  const writes = waitingWrites(tellOnce);
  const probe = sqlite.prepare('SELECT id FROM owners LIMIT 1');

  return {
    sqlite,
    ownerId({ folderId, endpoint, bucket, prefix }) {
      const owner = [folderId, endpoint, bucket, prefix] as const;
      const find = () => (findOwner.get(...owner) as { id: number } | undefined)?.id;
      return (
        reads.read(find, undefined) ??
        ownerReads.read(() => {
          addOwner.run(...owner);
          return find();
        }, undefined)
      );
    },
    read: (run, otherwise) => reads.read(run, otherwise),
    readable: signal => reads.whenFree(() => probe.get(), signal),
    write(run, onSettled = () => undefined) {
      writes.add({ run, onSettled });
    },
    close() {
      writes.close();
      sqlite.close();
    },
  };
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
    // A commit outlives a killed process; a power cut may take the last ones, which are then found
    // again by content.
    database.exec('PRAGMA synchronous = NORMAL');
    migrate(database);
    database.exec('PRAGMA busy_timeout = 25');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The changes of the schema, in their order; the file's `user_version` counts those it has. */
const migrations: readonly string[] = [
  `CREATE TABLE owners (
     id INTEGER PRIMARY KEY,
     folder_id TEXT NOT NULL,
     endpoint TEXT NOT NULL,
     bucket TEXT NOT NULL,
     prefix TEXT NOT NULL,
     UNIQUE (folder_id, endpoint, bucket, prefix)
   ) STRICT;
   CREATE TABLE receipts (
     owner INTEGER NOT NULL REFERENCES owners (id),
     path TEXT NOT NULL,
     size INTEGER NOT NULL,
     modified_at INTEGER NOT NULL,
     changed_at INTEGER NOT NULL,
     inode INTEGER NOT NULL,
     sha256 TEXT NOT NULL,
     etag TEXT NOT NULL,
     crc32 TEXT,
     version_id TEXT,
     hash_began REAL NOT NULL,
     proved_at REAL NOT NULL,
     PRIMARY KEY (owner, path)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE readings (
     owner INTEGER NOT NULL REFERENCES owners (id),
     path TEXT NOT NULL,
     size INTEGER NOT NULL,
     modified_at INTEGER NOT NULL,
     changed_at INTEGER NOT NULL,
     inode INTEGER NOT NULL,
     etag TEXT NOT NULL,
     cloud TEXT NOT NULL,
     sha256 TEXT NOT NULL,
     hash_began REAL NOT NULL,
     PRIMARY KEY (owner, path)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE remaining (
     owner INTEGER NOT NULL REFERENCES owners (id),
     path TEXT NOT NULL,
     PRIMARY KEY (owner, path)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE uploads (
     owner INTEGER NOT NULL REFERENCES owners (id),
     upload_id TEXT NOT NULL,
     upload TEXT NOT NULL,
     path TEXT NOT NULL,
     size INTEGER NOT NULL,
     modified_at INTEGER NOT NULL,
     changed_at INTEGER NOT NULL,
     inode INTEGER NOT NULL,
     part_size INTEGER NOT NULL,
     fate TEXT NOT NULL,
     used_at REAL NOT NULL,
     PRIMARY KEY (owner, upload_id)
   ) STRICT, WITHOUT ROWID;`,
  'ALTER TABLE receipts ADD COLUMN freed_at REAL',
];

function migrate(database: Sqlite.DatabaseSync): void {
  const version = () =>
    (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  if (version() === migrations.length) return;
  // Another window may be doing the same: the lock decides, and the version is read under it.
  database.exec('BEGIN IMMEDIATE');
  try {
    if (version() > migrations.length) {
      throw new Error('The receipts were written by a later version of S3 Backup.');
    }
    for (const migration of migrations.slice(version())) database.exec(migration);
    database.exec(`PRAGMA user_version = ${String(migrations.length)}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

class BrokenDatabase extends Error {}

/** SQLite's codes for a damaged file and for one that is no database. */
const brokenCodes = new Set([11, 26]);

function isBroken(error: unknown): boolean {
  return error instanceof BrokenDatabase || brokenCodes.has(sqliteCode(error) ?? 0);
}
