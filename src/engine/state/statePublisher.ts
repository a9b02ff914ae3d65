import type { FailureRecord } from '../../protocol/failures';
import type { BatchProgress, Doing, PauseReason, State } from '../../protocol/state';
import type { VerifyProgress } from '../../protocol/verify';

/** What is going on, gathered into the one state that views listen to. */
export interface StatePublisher {
  /** What a comparison is doing, or `undefined` when none runs. */
  comparing(now: Comparing | undefined): void;
  /** How far a verification is, or `undefined` when it has ended. */
  verifying(verificationId: number, progress: VerifyProgress | undefined): void;
  /** How far a check of the connection is, or `undefined` when none runs. */
  connecting(now: Connecting | undefined): void;
  /** What went wrong with a folder, or `undefined` when it no longer matters. */
  failed(folder: string, failure: FailureRecord | undefined): void;
  /** How far a batch is. */
  batch(progress: BatchProgress): void;
  batchEnded(planId: number): void;
  /** Why batches rest, or `undefined` when they go on. */
  paused(why: PauseReason | undefined): void;
  /** The numbers of some comparison have changed. */
  changed(): void;
  /** Publishes at once what is still waiting to be, so that an answer never precedes its state. */
  flush(): void;
  dispose(): void;
}

export type Comparing = Extract<Doing, { readonly kind: 'connecting' | 'comparing' }>;

export type Connecting = Extract<Doing, { readonly kind: 'connecting' }>;

/** The shortest time between two states, in milliseconds. */
const interval = 100;

/** `publish` gets a state at most ten times a second, and always the last one. */
export function statePublisher(
  publish: (state: State) => void,
  known: () => Pick<State, 'comparisons' | 'unfinished'>,
): StatePublisher {
  const batches = new Map<number, BatchProgress>();
  const failures = new Map<string, FailureRecord>();
  const verifications = new Map<number, VerifyProgress>();
  let comparing: Comparing | undefined;
  let connecting: Connecting | undefined;
  let pausedBecause: PauseReason | undefined;
  let timer: NodeJS.Timeout | undefined;
  let publishedAt = -Infinity;
  let disposed = false;

  function current(): State {
    const numbers = known();
    if (batches.size > 0) {
      const running = { batches: [...batches.values()], ...numbers };
      return pausedBecause === undefined
        ? { kind: 'transferring', ...running }
        : { kind: 'paused', why: pausedBecause, ...running };
    }
    const under = comparing ?? connecting;
    if (under !== undefined) return { ...under, ...numbers };
    const [verifying] = verifications.values();
    if (verifying !== undefined) return { kind: 'verifying', ...verifying, ...numbers };
    if (failures.size > 0) {
      const told = [...failures].map(([folder, failure]) => ({ folder, failure }));
      return { kind: 'failed', failures: told, ...numbers };
    }
    return { kind: numbers.comparisons.length > 0 ? 'compared' : 'idle', ...numbers };
  }

  function changed(): void {
    if (timer !== undefined || disposed) return;
    const wait = Math.max(0, publishedAt + interval - performance.now());
    timer = setTimeout(flush, wait);
  }

  function flush(): void {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    publishedAt = performance.now();
    publish(current());
  }

  return {
    comparing(now) {
      comparing = now;
      changed();
    },
    verifying(verificationId, progress) {
      if (progress === undefined) verifications.delete(verificationId);
      else verifications.set(verificationId, progress);
      changed();
    },
    connecting(now) {
      connecting = now;
      changed();
    },
    failed(folder, failure) {
      if (failure === undefined) failures.delete(folder);
      else failures.set(folder, failure);
      changed();
    },
    batch(progress) {
      batches.set(progress.planId, progress);
      changed();
    },
    batchEnded(planId) {
      batches.delete(planId);
      changed();
    },
    paused(why) {
      pausedBecause = why;
      changed();
    },
    changed,
    flush,
    dispose() {
      disposed = true;
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
