import type * as Sqlite from 'node:sqlite';
import { found } from '../failures/found';

/** Makes the tables in a file that has none. Throws if a later version wrote the file. */
export function createTables(database: Sqlite.DatabaseSync): void {
  const version = () =>
    (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  if (version() === schemaVersion) return;
  // Another window may be doing the same, so the version is read again under the lock.
  database.exec('BEGIN IMMEDIATE');
  try {
    if (version() > schemaVersion) {
      throw found`the receipts were written by a later version of S3 Backup`;
    }
    for (const step of steps.slice(version())) database.exec(step);
    database.exec(`PRAGMA user_version = ${String(schemaVersion)}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** Of a local file, as version 1 had it: a column that comes later comes by a step of its own. */
const localFile = `
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL,
  inode INTEGER NOT NULL`;

/** Each makes the tables of one version those of the next; the first begins with none. */
const steps: readonly string[] = [
  `
  CREATE TABLE owners (
    id INTEGER PRIMARY KEY,
    folder_id TEXT NOT NULL,
    -- The store's identity; of earlier versions, its endpoint as the settings spelled it.
    endpoint TEXT NOT NULL,
    bucket TEXT NOT NULL,
    prefix TEXT NOT NULL,
    UNIQUE (folder_id, endpoint, bucket, prefix)
  ) STRICT;
  CREATE TABLE receipts (
    owner INTEGER NOT NULL REFERENCES owners (id),
    ${localFile},
    sha256 TEXT NOT NULL,
    etag TEXT NOT NULL,
    crc32 TEXT,
    version_id TEXT,
    hash_began REAL NOT NULL,
    proved_at REAL NOT NULL,
    freed_at REAL,
    PRIMARY KEY (owner, path)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE readings (
    owner INTEGER NOT NULL REFERENCES owners (id),
    ${localFile},
    etag TEXT NOT NULL,
    cloud TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    hash_began REAL NOT NULL,
    PRIMARY KEY (owner, path)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE unfinished_files (
    owner INTEGER NOT NULL REFERENCES owners (id),
    path TEXT NOT NULL,
    PRIMARY KEY (owner, path)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE uploads (
    owner INTEGER NOT NULL REFERENCES owners (id),
    upload_id TEXT NOT NULL,
    upload TEXT NOT NULL,
    ${localFile},
    part_size INTEGER NOT NULL,
    intent TEXT NOT NULL,
    used_at REAL NOT NULL,
    PRIMARY KEY (owner, upload_id)
  ) STRICT, WITHOUT ROWID;`,
  // Which engine a batch belongs to, empty where it has ended; and what engines are at work on.
  `
  ALTER TABLE unfinished_files ADD COLUMN engine TEXT NOT NULL DEFAULT '';
  CREATE TABLE claims (
    subject TEXT NOT NULL PRIMARY KEY,
    engine TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;`,
  // Which folder was at its path when it was last compared, as JSON.
  'ALTER TABLE owners ADD COLUMN root TEXT;',
  // What stores turned out to be able to do, in JSON, and when that was learned.
  `
  CREATE TABLE capabilities (
    store TEXT NOT NULL,
    bucket TEXT NOT NULL,
    learned TEXT NOT NULL,
    server TEXT NOT NULL,
    learned_at REAL NOT NULL,
    PRIMARY KEY (store, bucket)
  ) STRICT, WITHOUT ROWID;`,
];

const schemaVersion = steps.length;
