import { mkdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type * as Sqlite from 'node:sqlite';
import type { FilePath } from '../protocol';
import type { LocalFile } from './localScan';
import type { FolderReceipts, Reading, Receipt, ReceiptOwner, Receipts } from './receipts';

/**
 * Receipts in an SQLite file, shared by all windows. A file that is broken is set aside and begun
 * anew, which costs a comparison of contents and never a wrong verdict. Throws where none can be
 * kept: no SQLite here, no room, no right to write, or a file of a later version. A later write that
 * fails is told and not thrown: what it would have kept is proved again another time.
 */
export function openReceiptDatabase(
  file: string,
  onBroken: (setAside: string, why: unknown) => void,
  onUnwritten: (why: unknown) => void,
): Receipts {
  mkdirSync(dirname(file), { recursive: true });
  let database: Sqlite.DatabaseSync;
  try {
    database = openChecked(file);
  } catch (error) {
    if (!isBroken(error)) throw error;
    const setAside = `${file}.broken-${String(Date.now())}`;
    renameSync(file, setAside);
    // Whatever these hold belongs to the broken file.
    for (const companion of ['-wal', '-shm', '-journal']) rmSync(file + companion, { force: true });
    onBroken(setAside, error);
    database = openChecked(file);
  }
  return receiptsIn(database, onUnwritten);
}

function openChecked(file: string): Sqlite.DatabaseSync {
  // Loaded here, so that the engine starts where there is none.
  const sqlite = process.getBuiltinModule('node:sqlite') as typeof Sqlite | undefined;
  if (sqlite === undefined) throw new Error('This version of VS Code has no SQLite.');
  const database = new sqlite.DatabaseSync(file);
  try {
    database.exec('PRAGMA busy_timeout = 5000');
    const check = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    if (check.quick_check !== 'ok') throw new BrokenDatabase(check.quick_check);
    // The write-ahead log needs memory that is shared between windows; network disks have none.
    database.exec(`PRAGMA journal_mode = ${isRemote(dirname(file)) ? 'DELETE' : 'WAL'}`);
    // A commit outlives a killed process; a power cut may take the last ones, which are then found
    // again by content.
    database.exec('PRAGMA synchronous = NORMAL');
    migrate(database);
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

function receiptsIn(database: Sqlite.DatabaseSync, onUnwritten: (why: unknown) => void): Receipts {
  function write(run: () => unknown): void {
    try {
      run();
    } catch (error) {
      onUnwritten(error);
    }
  }

  const addOwner = database.prepare(
    'INSERT OR IGNORE INTO owners (folder_id, endpoint, bucket, prefix) VALUES (?, ?, ?, ?)',
  );
  const findOwner = database.prepare(
    'SELECT id FROM owners WHERE folder_id = ? AND endpoint = ? AND bucket = ? AND prefix = ?',
  );
  const selectAll = database.prepare('SELECT * FROM receipts WHERE owner = ?');
  const selectOne = database.prepare('SELECT * FROM receipts WHERE owner = ? AND path = ?');
  const selectReading = database.prepare('SELECT * FROM readings WHERE owner = ? AND path = ?');
  for (const statement of [selectAll, selectOne, selectReading]) statement.setReadBigInts(true);
  const replace = database.prepare(
    'INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const replaceReading = database.prepare(
    'INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const remove = database.prepare('DELETE FROM receipts WHERE owner = ? AND path = ?');

  function ownerId({ folderId, endpoint, bucket, prefix }: ReceiptOwner): number {
    addOwner.run(folderId, endpoint, bucket, prefix);
    return (findOwner.get(folderId, endpoint, bucket, prefix) as { id: number }).id;
  }

  return {
    forgetful: undefined,
    of(owner): FolderReceipts {
      const id = ownerId(owner);
      return {
        all() {
          const receipts = new Map<FilePath, Receipt>();
          for (const row of selectAll.iterate(id)) {
            const receipt = toReceipt(row as unknown as ReceiptRow);
            receipts.set(receipt.local.path, receipt);
          }
          return receipts;
        },
        get(path) {
          const row = selectOne.get(id, path) as unknown as ReceiptRow | undefined;
          return row && toReceipt(row);
        },
        put({ local, sha256, etag, crc32, versionId, hashBegan, provedAt }) {
          write(() =>
            replace.run(
              id,
              ...localColumns(local),
              sha256,
              etag,
              crc32 ?? null,
              versionId ?? null,
              hashBegan,
              provedAt,
            ),
          );
        },
        forget(path) {
          write(() => remove.run(id, path));
        },
        reading(path) {
          const row = selectReading.get(id, path) as unknown as ReadingRow | undefined;
          return row && toReading(row);
        },
        remember({ local, etag, cloud, sha256, hashBegan }) {
          write(() =>
            replaceReading.run(id, ...localColumns(local), etag, cloud, sha256, hashBegan),
          );
        },
      };
    },
    close() {
      database.close();
    },
  };
}

/** What stands of a local file in a row; SQLite gives whole numbers as bigint. */
interface LocalRow {
  readonly path: string;
  readonly size: bigint;
  readonly modified_at: bigint;
  readonly changed_at: bigint;
  readonly inode: bigint;
}

interface ReceiptRow extends LocalRow {
  readonly sha256: string;
  readonly etag: string;
  readonly crc32: string | null;
  readonly version_id: string | null;
  readonly hash_began: number;
  readonly proved_at: number;
}

interface ReadingRow extends LocalRow {
  readonly etag: string;
  readonly cloud: Reading['cloud'];
  readonly sha256: string;
  readonly hash_began: number;
}

/** Inodes use all 64 bits, and SQLite's whole numbers have a sign. */
function localColumns({ path, size, modifiedAt, changedAt, inode }: LocalFile) {
  return [path, size, modifiedAt, changedAt, BigInt.asIntN(64, inode)] as const;
}

function toLocalFile(row: LocalRow): LocalFile {
  return {
    path: row.path as FilePath,
    size: Number(row.size),
    modifiedAt: row.modified_at,
    changedAt: row.changed_at,
    inode: BigInt.asUintN(64, row.inode),
  };
}

function toReading(row: ReadingRow): Reading {
  const { etag, cloud, sha256, hash_began: hashBegan } = row;
  return { local: toLocalFile(row), etag, cloud, sha256, hashBegan };
}

function toReceipt(row: ReceiptRow): Receipt {
  return {
    local: toLocalFile(row),
    sha256: row.sha256,
    etag: row.etag,
    crc32: row.crc32 ?? undefined,
    versionId: row.version_id ?? undefined,
    hashBegan: row.hash_began,
    provedAt: row.proved_at,
  };
}

class BrokenDatabase extends Error {}

/** SQLite's codes for a damaged file and for one that is no database. */
const brokenCodes = new Set([11, 26]);

function isBroken(error: unknown): boolean {
  if (error instanceof BrokenDatabase) return true;
  return error instanceof Error && 'errcode' in error && brokenCodes.has(Number(error.errcode));
}

/** By the numbers that Linux gives its file systems: NFS, SMB, CIFS, 9P and what FUSE brings. */
const remoteSystems = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546]);

function isRemote(folder: string): boolean {
  if (process.platform !== 'linux') return folder.startsWith('\\\\');
  return remoteSystems.has(statfsSync(folder).type);
}
