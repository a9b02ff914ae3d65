import type { FailureCode } from '../../protocol/failures';
import type { Failure } from '../failures/failure';
import { endpointFaults } from '../failures/wrongEndpoint';
import type { Bucket } from '../ports/bucket';
import type { BatchStep, Ending } from './step';

export interface StepQueueOptions<Step extends BatchStep> {
  readonly steps: readonly Step[];
  readonly bytesOf: (step: Step) => number;
  readonly signal: AbortSignal;
}

/** A step to run, or to leave since its bucket refuses all. */
export interface QueuedStep<Step> {
  readonly step: Step;
  readonly refusal: Failure | undefined;
}

/**
 * Hands out the steps of a batch in their order, and finds out when a bucket refuses all of them,
 * whatever their keys: after four equal refusals without a success it tries others from all over the
 * rest, and only if these are refused alike, the rest is left. Single keys that a store does not take
 * fail by themselves.
 */
export class StepQueue<Step extends BatchStep> {
  readonly #lines: ReadonlyMap<Bucket, Line<Step>>;
  readonly #signal: AbortSignal;
  /** Who waits for the end of a trial. */
  readonly #waiting: (() => void)[] = [];

  constructor({ steps, bytesOf, signal }: StepQueueOptions<Step>) {
    this.#signal = signal;
    const byBucket = new Map<Bucket, Step[]>();
    for (const step of steps) {
      const own = byBucket.get(step.route.bucket);
      if (own === undefined) byBucket.set(step.route.bucket, [step]);
      else own.push(step);
    }
    this.#lines = new Map([...byBucket].map(([bucket, own]) => [bucket, new Line(own, bytesOf)]));
    signal.addEventListener('abort', () => {
      this.#wake();
    });
  }

  /** Returns the next step, `undefined` after the last. Waits while it is found out about the rest. */
  async next(): Promise<QueuedStep<Step> | undefined> {
    for (;;) {
      const lines = [...this.#lines.values()].filter(line => line.hasMore);
      if (lines.length === 0) return undefined;
      for (const line of lines) {
        const next = line.take(this.#signal.aborted);
        if (next !== undefined) return next;
      }
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }

  /** Tells how a step has ended that was handed out to be run. */
  ended(step: Step, ending: Ending<unknown>): void {
    this.#lines.get(step.route.bucket)?.ended(step, ending);
    this.#wake();
  }

  #wake(): void {
    for (const goOn of this.#waiting.splice(0)) goOn();
  }
}

/** The steps for one bucket. */
class Line<Step extends BatchStep> {
  readonly #steps: readonly Step[];
  readonly #bytesOf: (step: Step) => number;
  /** The first that may still have to be handed out. */
  #at = 0;
  /** Those whose turn was brought forward, whether or not it has come. */
  readonly #picked = new Set<Step>();
  /** Of these, what nobody has taken yet. */
  readonly #first: Step[] = [];
  /** How often each kind of refusal came since the last success. */
  readonly #refusals = new Map<string, number>();
  #trial: Trial<Step> | undefined;
  #refusal: Failure | undefined;

  constructor(steps: readonly Step[], bytesOf: (step: Step) => number) {
    this.#steps = steps;
    this.#bytesOf = bytesOf;
  }

  get hasMore(): boolean {
    for (;;) {
      const step = this.#steps[this.#at];
      if (step === undefined) return this.#first.length > 0;
      if (!this.#picked.has(step)) return true;
      this.#at++;
    }
  }

  /** Returns `undefined` while a trial is under way, unless all are to be accounted for at once. */
  take(isCancelled: boolean): QueuedStep<Step> | undefined {
    const first = this.#first.shift();
    if (first !== undefined) return { step: first, refusal: undefined };
    if (this.#trial !== undefined && !isCancelled) return undefined;
    const step = this.hasMore ? this.#steps[this.#at++] : undefined;
    return step && { step, refusal: this.#refusal };
  }

  ended(step: Step, ending: Ending<unknown>): void {
    if (this.#refusal !== undefined) return;
    const kind = ending.kind === 'failed' ? kindOfRefusal(ending.failure) : undefined;
    if (ending.kind === 'done') {
      this.#refusals.clear();
      this.#trial = undefined;
    } else if (kind !== undefined) {
      this.#refusals.set(kind, (this.#refusals.get(kind) ?? 0) + 1);
    }
    const trial = this.#trial;
    if (trial?.underWay.delete(step) === true) {
      if (kind === trial.kind) trial.refused++;
      if (trial.refused === trial.size) this.#refusal = trial.failure;
      if (trial.underWay.size === 0) this.#trial = undefined;
    } else if (trial === undefined && kind !== undefined && ending.kind === 'failed') {
      if ((this.#refusals.get(kind) ?? 0) >= refusalsToDoubt) this.#try(kind, ending.failure);
    }
  }

  /** Picks steps from all over the rest, and lets no other begin until they have ended. */
  #try(kind: string, failure: Failure): void {
    const left = this.#steps.length - this.#at;
    const size = Math.min(stepsToTry, left);
    const picked = Array.from({ length: size }, (_, index) =>
      this.#pickNear(this.#at + Math.floor((index * left) / size)),
    ).filter(step => step !== undefined);
    if (picked.length === 0) return;
    this.#first.push(...picked);
    this.#trial = { kind, failure, size: picked.length, refused: 0, underWay: new Set(picked) };
  }

  /** Prefers what does not take long: one that does would hold up all others. */
  #pickNear(index: number): Step | undefined {
    const near = this.#steps.slice(index, index + nearby).filter(step => !this.#picked.has(step));
    const picked = near.find(step => this.#bytesOf(step) <= shortBytes) ?? near[0];
    if (picked !== undefined) this.#picked.add(picked);
    return picked;
  }
}

/** Steps that are to show whether a refusal is of all. */
interface Trial<Step> {
  readonly kind: string;
  readonly failure: Failure;
  readonly size: number;
  /** How many of them were refused alike. */
  refused: number;
  readonly underWay: Set<Step>;
}

const refusalsToDoubt = 4;
/** So many that where two files of three are refused, all of these are once in 650 trials. */
const stepsToTry = 16;
/** Among how many neighbours one is picked. */
const nearby = 50;
/** What travels in one request. */
const shortBytes = 8 << 20;

/** What two refusals have in common that may be of all keys; `undefined` for one of a single file. */
function kindOfRefusal({ code, cause }: Failure): string | undefined {
  if (!mayRefuseEveryFile.has(code)) return undefined;
  return `${code} ${cause instanceof Error ? cause.name : ''}`;
}

const mayRefuseEveryFile = new Set<FailureCode>([
  'access-denied',
  'read-denied',
  'file-refused',
  'store-full',
  'storage-refused',
  'not-implemented',
  'not-verified',
  'no-etags',
  'certificate',
  'wrong-region',
  'unexpected',
  ...endpointFaults,
]);
