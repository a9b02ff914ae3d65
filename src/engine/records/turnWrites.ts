import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { QueuedWrites, Write } from './queuedWrites';
import { isBusy } from './sqlite';

/**
 * Collects what is to be written in one turn of the event loop, and writes it at its end in one
 * transaction: a commit costs as much as hundreds of rows.
 */
export class TurnWrites {
  readonly #sqlite: DatabaseSync;
  readonly #queued: QueuedWrites;
  readonly #onError: (why: unknown) => void;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #entries: Entry[] = [];
  #turn: NodeJS.Immediate | undefined;

  /** What meets a lock goes to `queued`; `onError` is told why a question failed. */
  constructor(sqlite: DatabaseSync, queued: QueuedWrites, onError: (why: unknown) => void) {
    this.#sqlite = sqlite;
    this.#queued = queued;
    this.#onError = onError;
    this.#begin = sqlite.prepare('BEGIN IMMEDIATE');
    this.#commit = sqlite.prepare('COMMIT');
  }

  /**
   * Writes at the end of this turn, or when the file is no longer locked, in order. The promise
   * resolves at the end of the turn, when it is written unless another process has the file locked.
   */
  add(write: Write): Promise<void> {
    return new Promise(resolve => {
      const inTurn = () => {
        this.#queued.add(write);
        resolve();
      };
      this.#push({
        run: write.run,
        done: () => {
          write.onSettled();
          resolve();
        },
        alone: inTurn,
        locked: inTurn,
      });
    });
  }

  /**
   * Asks and writes at the end of this turn, or not at all; `locked` means that another process has
   * the file locked.
   */
  ask<T>(run: () => T): Promise<T | 'locked' | 'failed'> {
    return new Promise(resolve => {
      let answer: T | undefined;
      const once = () => {
        answer = run();
      };
      this.#push({
        run: once,
        done: () => {
          resolve(answer as T);
        },
        alone: () => {
          try {
            once();
            resolve(answer as T);
          } catch (error) {
            if (!isBusy(error)) this.#onError(error);
            resolve(isBusy(error) ? 'locked' : 'failed');
          }
        },
        locked: () => {
          resolve('locked');
        },
      });
    });
  }

  /** Writes what has been collected so far, without waiting for the end of the turn. */
  flush(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    const entries = this.#entries;
    this.#entries = [];
    if (entries.length === 0) return;
    const outcome = entries.length === 1 || this.#queued.isWaiting ? 'alone' : this.#try(entries);
    for (const entry of entries) entry[outcome]();
  }

  #push(entry: Entry): void {
    this.#entries.push(entry);
    this.#turn ??= setImmediate(() => {
      this.flush();
    });
  }

  #try(entries: readonly Entry[]): 'done' | 'locked' | 'alone' {
    try {
      this.#begin.run();
    } catch (error) {
      return isBusy(error) ? 'locked' : 'alone';
    }
    try {
      for (const entry of entries) entry.run();
      this.#commit.run();
      return 'done';
    } catch {
      // One of them failed, or the commit; each by itself tells which.
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK');
      return 'alone';
    }
  }
}

/** A write, and what to do after each outcome of the transaction. */
interface Entry {
  run(): unknown;
  done(): void;
  /** Nothing is written of any: each is to be tried by itself. */
  alone(): void;
  locked(): void;
}
