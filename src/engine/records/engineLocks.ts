import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type * as Sqlite from 'node:sqlite';
import { isBusy, loadSqlite } from './sqlite';

/** Tells which engines live, those of other windows among them. */
export interface LivingEngines {
  /** This engine's. From the first call on, the others can tell that it lives. */
  id(): string;
  /** The ids of the other engines that live. */
  others(): readonly string[];
  /** Whether an id is that of another engine, which still lives. */
  isLivingOther(id: string): boolean;
  close(): void;
}

/**
 * Each engine holds a lock on a file of its own as long as it lives, and the system takes it away
 * however the engine ends. So it also tells the engines of containers that share a local disk; on a
 * disk of the network it does where that forwards locks, and else every other engine counts as gone.
 */
export class EngineLocks implements LivingEngines {
  readonly #folder: string;
  readonly #onError: (why: unknown) => void;
  readonly #id = randomUUID();
  #lock: Sqlite.DatabaseSync | undefined;
  /** Whether this engine has no lock, and makes none any more. */
  #isOver = false;

  /**
   * `folder`, absolute, holds the locks of all engines. `onError` is told why this one could not be
   * made: then the others take this engine for gone.
   */
  constructor(folder: string, onError: (why: unknown) => void) {
    this.#folder = folder;
    this.#onError = onError;
  }

  id(): string {
    if (this.#lock === undefined && !this.#isOver) {
      try {
        mkdirSync(this.#folder, { recursive: true });
        this.#removeAbandoned();
        this.#lock = lock(this.#fileOf(this.#id));
      } catch (error) {
        this.#isOver = true;
        this.#onError(error);
      }
    }
    return this.#id;
  }

  others(): readonly string[] {
    return this.#all().filter(id => this.isLivingOther(id));
  }

  isLivingOther(id: string): boolean {
    return id !== '' && id !== this.#id && isLocked(this.#fileOf(id));
  }

  close(): void {
    this.#isOver = true;
    if (this.#lock === undefined) return;
    this.#lock.close();
    this.#lock = undefined;
    this.#remove(this.#id);
  }

  #removeAbandoned(): void {
    for (const id of this.#all()) {
      const file = this.#fileOf(id);
      const madeAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
      // An engine that has just made its file may be about to lock it.
      if (Date.now() - madeAt > minAbandonedAgeMs && !isLocked(file)) this.#remove(id);
    }
  }

  #all(): readonly string[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter(name => name.endsWith(suffix))
      .map(name => name.slice(0, -suffix.length));
  }

  #remove(id: string): void {
    try {
      rmSync(this.#fileOf(id), { force: true });
    } catch (error) {
      this.#onError(error);
    }
  }

  #fileOf(id: string): string {
    return join(this.#folder, `${id}${suffix}`);
  }
}

const suffix = '.lock';
const minAbandonedAgeMs = 3_600_000;

/** For records that no other engine sees. */
export const noOtherEngines: LivingEngines = {
  id: () => 'the only one',
  others: () => [],
  isLivingOther: () => false,
  close: () => undefined,
};

/** Makes the file, and locks it until it is closed. The file stays empty. */
function lock(file: string): Sqlite.DatabaseSync {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(file);
  try {
    // Another engine may be looking at it just now.
    database.exec('PRAGMA busy_timeout = 2000');
    // Nothing is ever written, so there is nothing to undo that a second file would be needed for.
    database.exec('PRAGMA journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function isLocked(file: string): boolean {
  if (!existsSync(file)) return false;
  const { DatabaseSync } = loadSqlite();
  let database: Sqlite.DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    database.prepare('SELECT 1 FROM sqlite_schema').get();
    return false;
  } catch (error) {
    // Only a lock proves life; what cannot be opened may just have been removed.
    return isBusy(error);
  } finally {
    database?.close();
  }
}
