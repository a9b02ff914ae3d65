import { throwIfCancelled } from '../failures/failure';
import { untilSettled } from '../concurrency/settledOrAborted';

/**
 * Whose turn it is. Comparisons run one after the other, and none while a batch runs: it would undo
 * what the batch does meanwhile.
 */
export interface Turns {
  /** Works when the comparisons before it and the batches under way have ended. */
  alone<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** Waits until no comparison runs, or until there is no more need to. */
  compared(signal: AbortSignal): Promise<void>;
}

export interface TurnsParts {
  readonly batchesUnderWay: () => Iterable<Promise<unknown>>;
  /** Called when a turn is over, before anybody gets its result. */
  readonly onEnded: () => void;
}

export function turns({ batchesUnderWay, onEnded }: TurnsParts): Turns {
  let comparing: Promise<unknown> = Promise.resolve();
  return {
    alone(signal, work) {
      const before = comparing;
      const mine = (async () => {
        try {
          await untilSettled([before], signal);
          await untilSettled(batchesUnderWay(), signal);
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
    compared: signal => untilSettled([comparing], signal),
  };
}
