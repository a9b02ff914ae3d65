import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { FilePath } from '../protocol';
import { Failure } from './failure';
import type { OwnFile } from './ownFiles';
import { loadSqlite, sqliteCode } from './sqlite';

/** Which files of our own there are, kept so that even a killed process leaves none behind. */
export interface OwnFileJournal {
  /**
   * Call it before the file comes into being: it is noted, on the disk too, when this returns.
   * Throws a `Failure` where it cannot be noted; the file must not be made then.
   */
  begin(file: OwnFile): void;
  /**
   * The file is gone, or has become what it was made for. Never throws: an entry without a file is
   * found to be none at the next start.
   */
  end(file: OwnFile): void;
  close(): void;
}

/**
 * A journal of this engine's own, in a file that is made with the first entry. It is locked as long
 * as the engine lives, and by nothing longer: so others can tell whose journals nobody keeps any more.
 */
export function openOwnFileJournal(folder: string): OwnFileJournal {
  const file = join(folder, `${randomUUID()}${suffix}`);
  let database: DatabaseSync | undefined;

  function opened(): DatabaseSync {
    if (database !== undefined) return database;
    mkdirSync(folder, { recursive: true });
    database = openLocked(file);
    return database;
  }

  return {
    begin({ kind, root, path, ownPath }) {
      try {
        opened()
          .prepare('INSERT INTO own_files (kind, root, path, own_path) VALUES (?, ?, ?, ?)')
          .run(kind, root, path, ownPath);
      } catch (error) {
        throw new Failure(sqliteCode(error) === full ? 'disk-full' : 'disk-error', file, error);
      }
    },
    end(own) {
      try {
        if (database !== undefined) removeEntry(database, own);
      } catch {
        // As said above.
      }
    },
    close() {
      if (database === undefined) return;
      const isEmpty = entriesOf(database).length === 0;
      database.close();
      database = undefined;
      if (isEmpty) removeFile(file);
    },
  };
}

/** For an engine without a place to keep one: what it leaves behind when it is killed stays. */
export const noJournal: OwnFileJournal = {
  begin: () => undefined,
  end: () => undefined,
  close: () => undefined,
};

/** A journal whose engine is no longer there. */
export interface AbandonedJournal {
  readonly files: readonly OwnFile[];
  end(file: OwnFile): void;
}

/**
 * The journals that nobody keeps any more, one after the other, each locked until the next is asked
 * for. One without entries left is removed.
 */
export function* abandonedJournals(
  folder: string,
  onUnreadable: (file: string, why: unknown) => void,
): Generator<AbandonedJournal> {
  for (const file of journalsIn(folder)) {
    try {
      let hasEnded: boolean;
      const database = openLocked(file);
      try {
        const files = entriesOf(database);
        if (files.length > 0) {
          yield {
            files,
            end: own => {
              removeEntry(database, own);
            },
          };
        }
        hasEnded = entriesOf(database).length === 0;
      } finally {
        database.close();
      }
      // A young one may belong to an engine that is just about to lock it.
      if (hasEnded && Date.now() - statSync(file).mtimeMs > youngMs) removeFile(file);
    } catch (error) {
      if (sqliteCode(error) !== busy) onUnreadable(file, error);
    }
  }
}

const suffix = '.sqlite';
const youngMs = 3_600_000;

/** SQLite's codes for a file that somebody else has locked, and for a full disk. */
const busy = 5;
const full = 13;

function journalsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter(name => name.endsWith(suffix))
      .map(name => join(folder, name));
  } catch {
    // There has been none yet.
    return [];
  }
}

/** Throws where another process, or another thread, has it open. */
function openLocked(file: string): DatabaseSync {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(file);
  try {
    // With an exclusive lock the write-ahead log needs no shared memory: it works on network disks.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    // Not even a power cut may take an entry: its file would lie hidden for ever.
    database.exec('PRAGMA synchronous = FULL');
    database.exec(
      `CREATE TABLE IF NOT EXISTS own_files (
         own_path TEXT NOT NULL,
         root TEXT NOT NULL,
         kind TEXT NOT NULL,
         path TEXT NOT NULL,
         PRIMARY KEY (own_path, root)
       ) STRICT, WITHOUT ROWID`,
    );
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

interface OwnFileRow {
  readonly own_path: string;
  readonly root: string;
  readonly kind: OwnFile['kind'];
  readonly path: string;
}

function entriesOf(database: DatabaseSync): readonly OwnFile[] {
  const rows = database.prepare('SELECT * FROM own_files').all() as unknown as OwnFileRow[];
  return rows.map(({ kind, root, path, own_path }) => ({
    kind,
    root,
    path: path as FilePath,
    ownPath: own_path as FilePath,
  }));
}

function removeEntry(database: DatabaseSync, { root, ownPath }: OwnFile): void {
  database.prepare('DELETE FROM own_files WHERE own_path = ? AND root = ?').run(ownPath, root);
}

function removeFile(file: string): void {
  for (const companion of ['', '-wal', '-journal']) rmSync(file + companion, { force: true });
}
