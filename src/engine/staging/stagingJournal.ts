import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { FilePath } from '../../protocol/folders';
import { Failure } from '../failures/failure';
import type { StagedFile } from '../disk/stagedFile';
import type { Placeholder, PlaceholderJournal } from '../disk/rename';
import { hasSqliteCode, isBusy, loadSqlite, sqliteCodes } from '../records/sqlite';
import { hasCode } from '../failures/systemCode';

/** Which files of our own there are, kept so that even a killed process leaves none behind. */
export interface StagingJournal extends PlaceholderJournal {
  /**
   * Call it before the file comes into being: it is noted, on the disk too, when this returns.
   * Throws a `Failure` where it cannot be noted; the file must not be made then.
   */
  begin(file: StagedFile): void;
  /**
   * The file is gone, or has become what it was made for. Never throws: an entry without a file is
   * found to be none at the next start.
   */
  end(file: StagedFile): void;
  close(): void;
}

/**
 * A journal of this engine's own, in a file that is made with the first entry. It is locked as long
 * as the engine lives, and by nothing longer: so others can tell whose journals nobody keeps any more.
 */
export function openStagingJournal(folder: string): StagingJournal {
  const file = join(folder, `${randomUUID()}${suffix}`);
  let database: DatabaseSync | undefined;

  function opened(): DatabaseSync {
    if (database !== undefined) return database;
    mkdirSync(folder, { recursive: true });
    database = openLocked(file);
    return database;
  }

  function note(sql: string, ...values: readonly (string | number)[]): void {
    try {
      opened()
        .prepare(sql)
        .run(...values);
    } catch (error) {
      throw new Failure(
        hasSqliteCode(error, sqliteCodes.full) ? 'disk-full' : 'disk-error',
        file,
        error,
      );
    }
  }

  /** An entry that stays is found to be none at the next start. */
  function strike(remove: (database: DatabaseSync) => void): void {
    try {
      if (database !== undefined) remove(database);
    } catch {
      // As said above.
    }
  }

  return {
    begin({ kind, root, path, stagedPath }) {
      const sql = 'INSERT INTO own_files (kind, root, path, own_path) VALUES (?, ?, ?, ?)';
      note(sql, kind, root, path, stagedPath);
    },
    end(own) {
      strike(from => {
        removeEntry(from, own);
      });
    },
    beginPlaceholder({ path, source, notedAt }) {
      const sql = 'INSERT INTO placeholders (path, source, noted_at) VALUES (?, ?, ?)';
      note(sql, path, source, notedAt);
    },
    endPlaceholder(placeholder) {
      strike(from => {
        removePlaceholderEntry(from, placeholder);
      });
    },
    close() {
      if (database === undefined) return;
      const isEmpty = isEmptied(database);
      database.close();
      database = undefined;
      if (isEmpty) removeFile(file);
    },
  };
}

/** For an engine without a place to keep one: what it leaves behind when it is killed stays. */
export const noJournal: StagingJournal = {
  begin: () => undefined,
  end: () => undefined,
  beginPlaceholder: () => undefined,
  endPlaceholder: () => undefined,
  close: () => undefined,
};

/** A journal whose engine is no longer there, locked until it is closed. */
export interface AbandonedJournal extends PlaceholderJournal {
  readonly files: readonly StagedFile[];
  readonly placeholders: readonly Placeholder[];
  end(file: StagedFile): void;
  /** Removes it where no entry is left. */
  close(): void;
}

/**
 * The journals that nobody keeps any more and that have entries; those without are removed. Throws
 * where their folder cannot be read.
 */
export function openAbandonedJournals(
  folder: string,
  onUnreadable: (file: string, why: unknown) => void,
): readonly AbandonedJournal[] {
  const abandoned: AbandonedJournal[] = [];
  for (const file of journalsIn(folder)) {
    try {
      const journal = openAbandoned(file, onUnreadable);
      if (journal.files.length + journal.placeholders.length > 0) abandoned.push(journal);
      else journal.close();
    } catch (error) {
      if (!isBusy(error)) onUnreadable(file, error);
    }
  }
  return abandoned;
}

function openAbandoned(
  file: string,
  onUnreadable: (file: string, why: unknown) => void,
): AbandonedJournal {
  const database = openLocked(file);
  try {
    return {
      files: entriesOf(database),
      placeholders: placeholdersOf(database),
      end(own) {
        removeEntry(database, own);
      },
      beginPlaceholder({ path, source, notedAt }) {
        database
          .prepare('INSERT INTO placeholders (path, source, noted_at) VALUES (?, ?, ?)')
          .run(path, source, notedAt);
      },
      endPlaceholder(placeholder) {
        removePlaceholderEntry(database, placeholder);
      },
      close() {
        try {
          const hasEnded = isEmptied(database);
          database.close();
          // A young one may belong to an engine that is just about to lock it.
          if (hasEnded && Date.now() - statSync(file).mtimeMs > youngMs) removeFile(file);
        } catch (error) {
          onUnreadable(file, error);
        }
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

const suffix = '.sqlite';
const youngMs = 3_600_000;

function journalsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter(name => name.endsWith(suffix))
      .map(name => join(folder, name));
  } catch (error) {
    // There has been none yet.
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
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
    database.exec(
      `CREATE TABLE IF NOT EXISTS placeholders (
         path TEXT NOT NULL,
         source TEXT NOT NULL,
         noted_at REAL NOT NULL,
         PRIMARY KEY (path, source)
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
  readonly kind: StagedFile['kind'];
  readonly path: string;
}

function entriesOf(database: DatabaseSync): readonly StagedFile[] {
  const rows = database.prepare('SELECT * FROM own_files').all() as unknown as OwnFileRow[];
  return rows.map(({ kind, root, path, own_path }) => ({
    kind,
    root,
    path: path as FilePath,
    stagedPath: own_path as FilePath,
  }));
}

function removeEntry(database: DatabaseSync, { root, stagedPath }: StagedFile): void {
  database.prepare('DELETE FROM own_files WHERE own_path = ? AND root = ?').run(stagedPath, root);
}

function placeholdersOf(database: DatabaseSync): readonly Placeholder[] {
  const rows = database.prepare('SELECT * FROM placeholders').all() as unknown as PlaceholderRow[];
  return rows.map(({ path, source, noted_at: notedAt }) => ({ path, source, notedAt }));
}

interface PlaceholderRow {
  readonly path: string;
  readonly source: string;
  readonly noted_at: number;
}

function removePlaceholderEntry(database: DatabaseSync, { path, source }: Placeholder): void {
  database.prepare('DELETE FROM placeholders WHERE path = ? AND source = ?').run(path, source);
}

function isEmptied(database: DatabaseSync): boolean {
  return entriesOf(database).length === 0 && placeholdersOf(database).length === 0;
}

function removeFile(file: string): void {
  for (const companion of ['', '-wal', '-journal']) rmSync(file + companion, { force: true });
}
