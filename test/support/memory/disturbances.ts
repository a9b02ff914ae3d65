import type { Failure } from '../../../src/engine/failures/failure';

/** What is to go wrong with coming calls, by their operation and key. */
export interface Disturbances<Operation> {
  /** Lets the next such call throw. */
  readonly failNext: (operation: Operation, failure: Failure, only?: CallFilter) => void;
  /** Stops the next such call before it does anything, until it is released or cancelled. */
  readonly holdNext: (operation: Operation, only?: CallFilter) => Hold;
  /** A call arrives: throws or waits where it was asked for. */
  meet(operation: Operation, key: string, signal: AbortSignal): Promise<void>;
}

export interface CallFilter {
  readonly key?: string;
  /** How many matching calls to let pass before. */
  readonly after?: number;
}

export interface Hold {
  /** Settles when the call has arrived. */
  readonly reached: Promise<void>;
  release(): void;
}

export function disturbances<Operation>(): Disturbances<Operation> {
  const awaited: (Disturbance & { readonly operation: Operation })[] = [];

  function take(operation: Operation, key: string): Disturbance | undefined {
    const index = awaited.findIndex(
      ({ operation: wanted, only }) =>
        wanted === operation && (only.key === undefined || only.key === key),
    );
    const found = awaited[index];
    if (found === undefined) return undefined;
    if (found.toPass > 0) {
      found.toPass -= 1;
      return undefined;
    }
    awaited.splice(index, 1);
    return found;
  }

  return {
    failNext(operation, failure, only = {}) {
      awaited.push({ kind: 'fail', operation, only, toPass: only.after ?? 0, failure });
    },
    holdNext(operation, only = {}) {
      const arrived = signpost();
      const released = signpost();
      const pass = async (signal: AbortSignal): Promise<void> => {
        arrived.reach();
        const cancelled = signpost();
        signal.addEventListener('abort', cancelled.reach);
        // One that was aborted on the way here tells nothing more.
        if (signal.aborted) cancelled.reach();
        await Promise.race([released.reached, cancelled.reached]);
      };
      awaited.push({ kind: 'hold', operation, only, toPass: only.after ?? 0, pass });
      return { reached: arrived.reached, release: released.reach };
    },
    async meet(operation, key, signal) {
      const disturbance = take(operation, key);
      if (disturbance?.kind === 'fail') throw disturbance.failure;
      if (disturbance?.kind === 'hold') await disturbance.pass(signal);
    },
  };
}

type Disturbance = { readonly only: CallFilter; toPass: number } & (
  | { readonly kind: 'fail'; readonly failure: Failure }
  | { readonly kind: 'hold'; readonly pass: (signal: AbortSignal) => Promise<void> }
);

/** A promise and the function that keeps it. */
function signpost(): { readonly reached: Promise<void>; readonly reach: () => void } {
  let reach = (): void => undefined;
  const reached = new Promise<void>(resolve => {
    reach = resolve;
  });
  return { reached, reach };
}
