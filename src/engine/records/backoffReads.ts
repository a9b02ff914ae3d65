import { setTimeout as delay } from 'node:timers/promises';
import { defaultMaxLockMs } from './queuedWrites';
import { isBusy } from './sqlite';

/** Reads of a file that another process may have locked. */
export class BackoffReads {
  readonly #onError: (why: unknown) => void;
  readonly #maxLockMs: number;
  #lockedSince: number | undefined;
  #nextAttempt = 0;

  /** `onError` is told why nothing was read; of a lock only after `maxLockMs`. */
  constructor(onError: (why: unknown) => void, maxLockMs = defaultMaxLockMs) {
    this.#onError = onError;
    this.#maxLockMs = maxLockMs;
  }

  /** Returns what is read, or `otherwise`. It does not try for a moment after it met a lock. */
  read<T>(run: () => T, otherwise: T): T {
    if (this.#lockedSince !== undefined && performance.now() < this.#nextAttempt) return otherwise;
    let result = otherwise;
    this.#isLocked(() => {
      result = run();
    });
    return result;
  }

  /**
   * Waits, without holding the thread, until the file is not locked, the signal is aborted, or
   * `maxLockMs` have passed. Never throws.
   */
  async whenFree(probe: () => unknown, signal: AbortSignal): Promise<void> {
    const began = performance.now();
    while (!signal.aborted && this.#isLocked(probe)) {
      if (performance.now() - began > this.#maxLockMs) return;
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #isLocked(run: () => unknown): boolean {
    try {
      run();
      this.#lockedSince = undefined;
      return false;
    } catch (error) {
      if (!isBusy(error)) {
        this.#onError(error);
        return false;
      }
      const now = performance.now();
      // If nobody has asked for a long time, this is another lock.
      if (this.#lockedSince === undefined || now - this.#nextAttempt > this.#maxLockMs) {
        this.#lockedSince = now;
      }
      this.#nextAttempt = now + pauseMs;
      if (now - this.#lockedSince > this.#maxLockMs) this.#onError(error);
      return true;
    }
  }
}

/** Between two attempts. */
const pauseMs = 200;
