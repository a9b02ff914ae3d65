import { throwIfCancelled } from '../failures/failure';
import { settledOrAborted } from '../concurrency/keyedLock';

/**
 * Whose turn it is. Comparisons run one after the other, and none while a batch runs: it would undo
 * what the batch does meanwhile.
 */
export interface ComparisonLock {
  /** Works when the comparisons before it and the batches under way have ended. */
  runExclusive<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** Waits until no comparison runs, or until there is no more need to. */
  idle(signal: AbortSignal): Promise<void>;
}

export interface ComparisonLockOptions {
  readonly batchesUnderWay: () => Iterable<Promise<unknown>>;
  /** Called when a turn is over, before anybody gets its result. */
  readonly onEnded: () => void;
}

export function comparisonLock({
  batchesUnderWay,
  onEnded,
}: ComparisonLockOptions): ComparisonLock {
  let comparing: Promise<unknown> = Promise.resolve();
  return {
    runExclusive(signal, work) {
      const before = comparing;
      const mine = (async () => {
        try {
          await settledOrAborted([before], signal);
          await settledOrAborted(batchesUnderWay(), signal);
          throwIfCancelled(signal, '');
          return await work();
        } finally {
          onEnded();
        }
      })();
      // One that is cancelled while it waits must not let the next one overtake what it waited for.
      comparing = Promise.allSettled([before, mine]);
      return mine;
    },
    idle: signal => settledOrAborted([comparing], signal),
  };
}
