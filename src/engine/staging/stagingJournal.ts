import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Placeholder, PlaceholderJournal } from '../disk/rename';
import type { StagedFile } from '../disk/stagedFile';
import { Failure } from '../failures/failure';
import { hasCode } from '../failures/systemCode';
import { hasSqliteCode, isBusy, sqliteCodes } from '../records/sqlite';
import { JournalDatabase } from './journalDatabase';

/** Notes which staged files there are, so that even a killed process leaves none behind. */
export interface StagingJournal extends PlaceholderJournal {
  /**
   * Call it before you make the file: when it returns, the entry is on the disk. Throws a `Failure`
   * if the file cannot be noted; do not make it then.
   */
  begin(file: StagedFile): void;
  /**
   * The same, for many files at once: those that come while the disk rests from a commit cost one
   * commit together.
   */
  beginTogether(file: StagedFile): Promise<void>;
  /**
   * Call it when a temporary file is whole, before the user's file makes way for it: from then on
   * the next start finishes what was begun. Throws a `Failure` if that cannot be noted.
   */
  markComplete(file: StagedFile): void;
  /**
   * Call it when the file is gone or has its final name. Never throws, and may be written down later:
   * the next start removes an entry without a file.
   */
  end(file: StagedFile): void;
  close(): void;
}

/**
 * The journal of one engine, in a file of its own that is made with the first entry. The file is
 * locked as long as the engine lives and no longer: so other engines can tell an abandoned journal.
 */
export class SqliteStagingJournal implements StagingJournal {
  readonly #file: string;
  #database: JournalDatabase | undefined;
  #begun: BegunFile[] = [];
  #ended: StagedFile[] = [];
  #turn: NodeJS.Immediate | undefined;
  #restTimer: NodeJS.Timeout | undefined;
  #endTimer: NodeJS.Timeout | undefined;
  /** Until when commits rest, by the clock of `performance`. */
  #restedAtMs = 0;

  /** `folder`, absolute, holds the journals of all engines. */
  constructor(folder: string) {
    this.#file = join(folder, `${randomUUID()}${suffix}`);
  }

  begin(file: StagedFile): void {
    this.#note(database => {
      database.addFile(file);
    });
  }

  markComplete(file: StagedFile): void {
    this.#note(database => {
      database.markComplete(file);
    });
  }

  beginTogether(file: StagedFile): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#begun.push({ file, resolve, reject });
      this.#flushSoon();
    });
  }

  end(file: StagedFile): void {
    this.#ended.push(file);
    this.#endTimer ??= setTimeout(() => {
      this.#flush();
    }, maxEndDelayMs).unref();
  }

  beginPlaceholder(placeholder: Placeholder): void {
    this.#note(database => {
      database.addPlaceholder(placeholder);
    });
  }

  endPlaceholder(placeholder: Placeholder): void {
    this.#remove(database => {
      database.removePlaceholder(placeholder);
    });
  }

  /** Deletes the file if no entry is left. */
  close(): void {
    this.#flush();
    const database = this.#database;
    if (database === undefined) return;
    const { isEmpty } = database;
    database.close();
    this.#database = undefined;
    if (isEmpty) database.delete();
  }

  /**
   * Writes at the end of this turn, or when the disk has rested: a commit holds the thread until it
   * is on the disk, so that where files come one after the other it may take a fifth of the time.
   */
  #flushSoon(): void {
    if (this.#turn !== undefined || this.#restTimer !== undefined) return;
    const flush = () => {
      this.#flush();
    };
    const restMs = this.#restedAtMs - performance.now();
    if (restMs > 0) this.#restTimer = setTimeout(flush, restMs);
    else this.#turn = setImmediate(flush);
  }

  /** Writes down what waits, in one commit. */
  #flush(): void {
    clearImmediate(this.#turn);
    clearTimeout(this.#restTimer);
    clearTimeout(this.#endTimer);
    this.#turn = this.#restTimer = this.#endTimer = undefined;
    const [begun, ended] = [this.#begun, this.#ended];
    [this.#begun, this.#ended] = [[], []];
    if (begun.length === 0) {
      this.#remove(database => {
        database.exchangeFiles([], ended);
      });
      return;
    }
    const startedAtMs = performance.now();
    try {
      this.#note(database => {
        database.exchangeFiles(
          begun.map(({ file }) => file),
          ended,
        );
      });
      const now = performance.now();
      this.#restedAtMs = now + Math.min(maxRestMs, restFactor * (now - startedAtMs));
      for (const { resolve } of begun) resolve();
    } catch (error) {
      this.#ended.push(...ended);
      for (const { reject } of begun) reject(error as Failure);
    }
  }

  #note(note: (database: JournalDatabase) => void): void {
    try {
      note((this.#database ??= this.#open()));
    } catch (error) {
      const code = hasSqliteCode(error, sqliteCodes.full) ? 'disk-full' : 'disk-error';
      throw new Failure(code, this.#file, error);
    }
  }

  #remove(remove: (database: JournalDatabase) => void): void {
    try {
      if (this.#database !== undefined) remove(this.#database);
    } catch {
      // The next start finds that the entry has no file.
    }
  }

  #open(): JournalDatabase {
    mkdirSync(dirname(this.#file), { recursive: true });
    return new JournalDatabase(this.#file);
  }
}

interface BegunFile {
  readonly file: StagedFile;
  readonly resolve: () => void;
  readonly reject: (why: Failure) => void;
}

/** How much longer than a commit the rest after it is, and how long at the most. */
const restFactor = 4;
const maxRestMs = 50;

/** How long entries of files that are gone stay at the most, while no others come. */
const maxEndDelayMs = 1_000;

/** For an engine without storage: if it is killed, its staged files stay. */
export const noJournal: StagingJournal = {
  begin: () => undefined,
  beginTogether: () => Promise.resolve(),
  markComplete: () => undefined,
  end: () => undefined,
  beginPlaceholder: () => undefined,
  endPlaceholder: () => undefined,
  close: () => undefined,
};

/** A journal whose engine is gone; it is locked until it is closed. */
export class AbandonedJournal implements PlaceholderJournal {
  readonly files: readonly StagedFile[];
  readonly placeholders: readonly Placeholder[];
  readonly #file: string;
  readonly #database: JournalDatabase;

  /** Throws if an engine still has it open, or if it cannot be read. */
  constructor(file: string) {
    this.#file = file;
    this.#database = new JournalDatabase(file);
    try {
      this.files = this.#database.files;
      this.placeholders = this.#database.placeholders;
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  end(file: StagedFile): void {
    this.#database.removeFile(file);
  }

  beginPlaceholder(placeholder: Placeholder): void {
    this.#database.addPlaceholder(placeholder);
  }

  endPlaceholder(placeholder: Placeholder): void {
    this.#database.removePlaceholder(placeholder);
  }

  /** Deletes the file if no entry is left. Reports what fails. */
  close(onUnreadable: OnUnreadable): void {
    try {
      const { isEmpty } = this.#database;
      this.#database.close();
      // An engine that has just made its journal may be about to lock it.
      if (isEmpty && Date.now() - statSync(this.#file).mtimeMs > minAbandonedAgeMs) {
        this.#database.delete();
      }
    } catch (error) {
      onUnreadable(this.#file, error);
    }
  }
}

type OnUnreadable = (file: string, why: unknown) => void;

/**
 * Returns the journals in `folder` that have entries and whose engines are gone, and deletes those
 * without entries. Throws if the folder cannot be read.
 */
export function openAbandonedJournals(
  folder: string,
  onUnreadable: OnUnreadable,
): readonly AbandonedJournal[] {
  const abandoned: AbandonedJournal[] = [];
  for (const file of journalsIn(folder)) {
    try {
      const journal = new AbandonedJournal(file);
      if (journal.files.length + journal.placeholders.length > 0) abandoned.push(journal);
      else journal.close(onUnreadable);
    } catch (error) {
      if (!isBusy(error)) onUnreadable(file, error);
    }
  }
  return abandoned;
}

const suffix = '.sqlite';
const minAbandonedAgeMs = 3_600_000;

function journalsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter(name => name.endsWith(suffix))
      .map(name => join(folder, name));
  } catch (error) {
    // No engine has needed a journal yet.
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
