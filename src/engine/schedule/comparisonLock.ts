import { settledOrAborted } from '../concurrency/keyedLock';
import { throwIfCancelled } from '../failures/failure';

export interface ComparisonLockOptions {
  readonly batchesUnderWay: () => Iterable<Promise<unknown>>;
  /** Called when exclusive work has ended, before its caller gets the result. */
  readonly onEnded: () => void;
}

/**
 * Lets comparisons run one after the other, and none while a batch runs: a comparison would undo
 * what the batch changes meanwhile.
 */
export class ComparisonLock {
  readonly #options: ComparisonLockOptions;
  /** Settles when all exclusive work so far has ended. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ComparisonLockOptions) {
    this.#options = options;
  }

  /** Runs `work` when the exclusive work before it and the batches under way have ended. */
  runExclusive<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const mine = this.#runAfter(before, signal, work);
    // If it is cancelled while it waits, the next one still has to wait for what is before it.
    this.#last = Promise.allSettled([before, mine]);
    return mine;
  }

  /** Resolves when no comparison runs, or when the signal is aborted. */
  idle(signal: AbortSignal): Promise<void> {
    return settledOrAborted([this.#last], signal);
  }

  async #runAfter<T>(
    before: Promise<unknown>,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      await settledOrAborted([before], signal);
      await settledOrAborted(this.#options.batchesUnderWay(), signal);
      throwIfCancelled(signal, '');
      return await work();
    } finally {
      this.#options.onEnded();
    }
  }
}
