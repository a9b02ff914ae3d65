import { TimeSlice } from '../concurrency/timeSlice';
import { isBusy } from './sqlite';

export interface Write {
  /** May run more than once; writes all or nothing each time. */
  readonly run: () => unknown;
  /** Called when it is written or given up. */
  readonly onSettled: () => void;
}

/**
 * Writes to a file that another process may have locked. While it is, they wait in a queue without
 * holding the thread.
 */
export class QueuedWrites {
  readonly #onError: (why: unknown) => void;
  readonly #maxLockMs: number;
  #queue: Write[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lockedSince = 0;
  #pauseMs = minPauseMs;

  /** `onError` is told why a write was given up; for a lock only after `maxLockMs`. */
  constructor(onError: (why: unknown) => void, maxLockMs = defaultMaxLockMs) {
    this.#onError = onError;
    this.#maxLockMs = maxLockMs;
  }

  /** Whether writes wait for a lock to go. */
  get isWaiting(): boolean {
    return this.#queue.length > 0;
  }

  /** Writes at once if nothing waits and the file is not locked, else in turn. Never throws. */
  add(write: Write): void {
    if (this.#queue.length === 0) {
      const lock = this.#attempt(write);
      if (lock === undefined) return;
      this.#lockMet();
    }
    this.#queue.push(write);
    this.#timer ??= setTimeout(() => {
      this.#drain();
    }, this.#pauseMs);
  }

  /** Tries once more, and gives up what is still locked out. */
  close(): void {
    clearTimeout(this.#timer);
    for (const write of this.#queue.splice(0)) {
      const lock = this.#attempt(write);
      if (lock === undefined) continue;
      this.#onError(lock);
      write.onSettled();
      return;
    }
  }

  /** Returns the error if the file is locked. */
  #attempt({ run, onSettled }: Write): unknown {
    try {
      run();
    } catch (error) {
      if (isBusy(error)) return error;
      this.#onError(error);
    }
    onSettled();
    return undefined;
  }

  #drain(): void {
    this.#timer = undefined;
    const slice = new TimeSlice(neverAborted);
    let done = 0;
    let lock: unknown;
    for (const write of this.#queue) {
      lock = this.#attempt(write);
      if (lock !== undefined) break;
      done++;
      if (slice.isOver) break;
    }
    this.#queue = this.#queue.slice(done);
    if (this.#queue.length === 0) return;
    if (lock === undefined || done > 0) {
      this.#lockMet();
    } else if (Date.now() - this.#lockedSince > this.#maxLockMs) {
      this.#giveUp(lock);
      return;
    }
    this.#timer = setTimeout(
      () => {
        this.#drain();
      },
      lock === undefined ? 0 : this.#pauseMs,
    );
    this.#pauseMs = Math.min(2 * this.#pauseMs, maxPauseMs);
  }

  #lockMet(): void {
    this.#lockedSince = Date.now();
    this.#pauseMs = minPauseMs;
  }

  #giveUp(lock: unknown): void {
    this.#onError(lock);
    for (const { onSettled } of this.#queue) onSettled();
    this.#queue = [];
  }
}

/** How long another process may hold its lock before reads and writes are given up. */
export const defaultMaxLockMs = 30_000;

/** Between two attempts. */
const minPauseMs = 20;
const maxPauseMs = 1000;

const neverAborted = new AbortController().signal;
