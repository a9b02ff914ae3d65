import type { FailureRecord } from '../../protocol/failures';
import type { BatchProgress, Doing, PauseReason, State } from '../../protocol/state';
import type { VerifyProgress } from '../../protocol/verify';

/**
 * Gathers what is going on into the one state that views listen to, and publishes it at most ten
 * times a second; the last state is always published.
 */
export class StatePublisher {
  readonly #publish: (state: State) => void;
  readonly #known: () => Pick<State, 'comparisons' | 'unfinished'>;
  readonly #batches = new Map<number, BatchProgress>();
  readonly #failures = new Map<string, FailureRecord>();
  readonly #verifications = new Map<number, VerifyProgress>();
  #comparing: Comparing | undefined;
  #connecting: Connecting | undefined;
  #looking: string | undefined;
  #pauseReason: PauseReason | undefined;
  #timer: NodeJS.Timeout | undefined;
  #publishedAtMs = -Infinity;
  #isDisposed = false;

  /** @param known Returns the numbers that are part of every state. */
  constructor(
    publish: (state: State) => void,
    known: () => Pick<State, 'comparisons' | 'unfinished'>,
  ) {
    this.#publish = publish;
    this.#known = known;
  }

  /** What a comparison is doing, or `undefined` when none runs. */
  comparing(now: Comparing | undefined): void {
    this.#comparing = now;
    this.changed();
  }

  /** How far a verification is, or `undefined` when it has ended. */
  verifying(verificationId: number, progress: VerifyProgress | undefined): void {
    if (progress === undefined) this.#verifications.delete(verificationId);
    else this.#verifications.set(verificationId, progress);
    this.changed();
  }

  /** How far a check of the connection is, or `undefined` when none runs. */
  connecting(now: Connecting | undefined): void {
    this.#connecting = now;
    this.changed();
  }

  /** The folder that is looked at while somebody waits for it, or `undefined` when none is. */
  looking(folder: string | undefined): void {
    if (this.#looking === folder) return;
    this.#looking = folder;
    this.changed();
  }

  /** What went wrong with a folder, or `undefined` when it no longer matters. */
  failed(folder: string, failure: FailureRecord | undefined): void {
    if (failure === undefined) this.#failures.delete(folder);
    else this.#failures.set(folder, failure);
    this.changed();
  }

  /** How far a batch is. */
  batch(progress: BatchProgress): void {
    this.#batches.set(progress.planId, progress);
    this.changed();
  }

  batchEnded(planId: number): void {
    this.#batches.delete(planId);
    this.changed();
  }

  /** Why batches are paused, or `undefined` when they go on. */
  paused(why: PauseReason | undefined): void {
    this.#pauseReason = why;
    this.changed();
  }

  /** Called when the numbers of a comparison have changed: publishes a state soon. */
  changed(): void {
    if (this.#timer !== undefined || this.#isDisposed) return;
    const delayMs = Math.max(0, this.#publishedAtMs + intervalMs - performance.now());
    this.#timer = setTimeout(() => {
      this.flush();
    }, delayMs);
  }

  /** Publishes at once what is still pending, so that an answer never precedes its state. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#publishedAtMs = performance.now();
    this.#publish(this.#current());
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #current(): State {
    const numbers = this.#known();
    if (this.#batches.size > 0) {
      const running = { batches: [...this.#batches.values()], ...numbers };
      return this.#pauseReason === undefined
        ? { kind: 'transferring', ...running }
        : { kind: 'paused', why: this.#pauseReason, ...running };
    }
    const doing = this.#comparing ?? this.#connecting;
    if (doing !== undefined) return { ...doing, ...numbers };
    if (this.#looking !== undefined) {
      return { kind: 'looking', folder: this.#looking, ...numbers };
    }
    const [verifying] = this.#verifications.values();
    if (verifying !== undefined) return { kind: 'verifying', ...verifying, ...numbers };
    if (this.#failures.size > 0) {
      const failures = [...this.#failures].map(([folder, failure]) => ({ folder, failure }));
      return { kind: 'failed', failures, ...numbers };
    }
    return { kind: numbers.comparisons.length > 0 ? 'compared' : 'idle', ...numbers };
  }
}

export type Comparing = Extract<Doing, { readonly kind: 'connecting' | 'comparing' }>;

export type Connecting = Extract<Doing, { readonly kind: 'connecting' }>;

/** The shortest time between two states. */
const intervalMs = 100;
