import type { FailureCode } from '../../protocol/failures';
import { Failure, toFailure } from '../failures/failure';
import { endpointFaults } from '../failures/wrongEndpoint';

/**
 * Stops sending requests to a bucket that fail one after the other, and finds out whether the store
 * or the requests are to blame. It does so with a probe, a harmless request. Where the probe is
 * answered, the store is there, and what it refuses still is refused for itself. Where the probe
 * fails too, all requests wait, and it is sent again, less and less often, until it is answered.
 *
 * It is the pattern of Michael Nygard, "Release It!" (2007), except that requests wait instead of
 * failing fast while it is open: a backup has time.
 */
export class CircuitBreaker {
  readonly #probe: CircuitBreakerOptions['probe'];
  readonly #onChange: CircuitBreakerOptions['onChange'];
  readonly #firstProbeDelayMs: number;
  readonly #waiting = new Set<WaitingRequest>();
  #failuresInSuccession = 0;
  #underWay = 0;
  #suspected: Outage | undefined;
  /** Set while the circuit is open. */
  #outage: Outage | undefined;
  #probeDelayMs: number;
  #probeTimer: NodeJS.Timeout | undefined;
  #graceTimer: NodeJS.Timeout | undefined;
  #probing: AbortController | undefined;

  constructor({ probe, onChange, firstProbeDelayMs = 1_000 }: CircuitBreakerOptions) {
    this.#probe = probe;
    this.#onChange = onChange;
    this.#firstProbeDelayMs = firstProbeDelayMs;
    this.#probeDelayMs = firstProbeDelayMs;
  }

  /** Lets a request begin; waits while the circuit is open. Each call needs one of `leave`. */
  async enter(signal: AbortSignal): Promise<void> {
    this.#underWay++;
    if (this.#outage !== undefined) await this.#wait(false, this.#outage.failure, signal);
  }

  /** Records that the store has answered, whatever it said. */
  recordAnswer(): void {
    this.#storeAnswers();
  }

  /** Returns what becomes of a request that has given up; it may have to wait for that. */
  async admit({ failure, wasOnceMore }: GivenUp, signal: AbortSignal): Promise<Admission> {
    const kind = interruptionOf(failure.code);
    if (kind === undefined) {
      if (isAnswer(failure.code)) this.#storeAnswers();
      return 'failed';
    }
    this.#failuresInSuccession++;
    this.#suspected = { kind, failure };
    return this.#wait(wasOnceMore, failure, signal);
  }

  /** Records that a request has ended, one way or the other. */
  leave(): void {
    this.#underWay--;
    this.#probeIfNeeded();
  }

  /** Probes at once instead of at the next time; does nothing while the circuit is closed. */
  probeNow(): void {
    if (this.#outage === undefined) return;
    this.#probeDelayMs = this.#firstProbeDelayMs;
    // A probe under way may wait for a connection that is no more.
    this.#probing?.abort();
    this.#probing = undefined;
    this.#sendProbe();
  }

  #sendProbe(): void {
    if (this.#probing !== undefined) return;
    clearTimeout(this.#probeTimer);
    const controller = new AbortController();
    this.#probing = controller;
    this.#probe(controller.signal).then(
      () => {
        if (this.#probing === controller) this.#storeAnswers();
      },
      (thrown: unknown) => {
        if (this.#probing !== controller) return;
        this.#probing = undefined;
        const failure = toFailure(thrown, '');
        if (isAnswer(failure.code)) this.#storeAnswers();
        else this.#probeFailed(failure);
      },
    );
  }

  /** What has given up is refused for itself, or goes on after an outage. */
  #storeAnswers(): void {
    const wasOpen = this.#outage !== undefined;
    this.#close();
    for (const { release, wasOnceMore } of [...this.#waiting]) {
      if (wasOpen) release('again');
      else release(wasOnceMore ? 'refused' : 'once-more');
    }
  }

  #probeFailed(failure: Failure): void {
    if (this.#outage === undefined && this.#failuresInSuccession < failuresToOpen) {
      for (const { release } of [...this.#waiting]) release('failed');
      return;
    }
    if (this.#outage === undefined) this.#probeDelayMs = this.#firstProbeDelayMs;
    this.#probeTimer = setTimeout(() => {
      this.#sendProbe();
    }, this.#probeDelayMs);
    this.#probeDelayMs = Math.min(maxProbeDelayMs, this.#probeDelayMs * 2);
    const kind = interruptionOf(failure.code);
    this.#outage = kind === undefined ? this.#suspected : { kind, failure };
    this.#onChange(this.#outage);
  }

  #close(): void {
    this.#failuresInSuccession = 0;
    clearTimeout(this.#graceTimer);
    clearTimeout(this.#probeTimer);
    this.#probing?.abort();
    this.#probing = undefined;
    if (this.#outage === undefined) return;
    this.#outage = undefined;
    this.#onChange(undefined);
  }

  /** Probes for those who wait: when no other request could still bring an answer, or too many failed. */
  #probeIfNeeded(): void {
    if (this.#outage !== undefined || this.#waiting.size === 0) return;
    if (this.#failuresInSuccession >= failuresToOpen) {
      this.#sendProbe();
      return;
    }
    // The next files of a batch may still be on their way to their requests.
    clearTimeout(this.#graceTimer);
    if (this.#underWay > 0) return;
    this.#graceTimer = setTimeout(() => {
      if (this.#underWay === 0 && this.#waiting.size > 0) this.#sendProbe();
    }, graceMs);
  }

  /** @param why The failure that makes it wait: the cause of `cancelled`, which aborting throws. */
  #wait(wasOnceMore: boolean, why: Failure, signal: AbortSignal): Promise<Admission> {
    return new Promise<Admission>((resolve, reject) => {
      const end = (): void => {
        this.#waiting.delete(request);
        signal.removeEventListener('abort', cancel);
        this.#underWay++;
      };
      const cancel = (): void => {
        end();
        reject(new Failure('cancelled', '', why));
        // Nobody is left to find out for.
        if (this.#waiting.size === 0) this.#close();
      };
      const request: WaitingRequest = {
        wasOnceMore,
        release: admission => {
          end();
          resolve(admission);
        },
      };
      this.#underWay--;
      this.#waiting.add(request);
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) cancel();
      else this.#probeIfNeeded();
    });
  }
}

export interface CircuitBreakerOptions {
  /** Sends a harmless request to the same bucket, once. It throws what went wrong. */
  readonly probe: (signal: AbortSignal) => Promise<unknown>;
  /** Called with the outage when all requests have to wait, and with nothing when they go on. */
  readonly onChange: (outage: Outage | undefined) => void;
  /** Until the second probe; each further delay is twice as long, 60 s at most. */
  readonly firstProbeDelayMs?: number;
}

/** Why all requests to a bucket wait. */
export interface Outage {
  readonly kind: Interruption;
  readonly failure: Failure;
}

/** How a request has given up. */
export interface GivenUp {
  readonly failure: Failure;
  /** Whether it was sent once more after the store had answered others. */
  readonly wasOnceMore: boolean;
}

/**
 * What becomes of a request that has given up.
 *
 * - `again`: the store was away and is back; the request is sent as if for the first time.
 * - `once-more`: the store answers others; one attempt more shows who is to blame.
 * - `refused`: the store answers others, and still refuses this one.
 * - `failed`: it fails as it did; nothing more is known.
 */
export type Admission = 'again' | 'once-more' | 'refused' | 'failed';

/** What keeps all files from arriving, where a failure says so. */
export type Interruption = 'store-unreachable' | 'sign-in-needed';

/** What a failure interrupts all work with; `undefined` where it concerns one file or setting. */
export function interruptionOf(code: FailureCode): Interruption | undefined {
  return interruptions[code];
}

const interruptions: Readonly<Partial<Record<FailureCode, Interruption>>> = {
  unreachable: 'store-unreachable',
  'host-not-found': 'store-unreachable',
  'proxy-unreachable': 'store-unreachable',
  'proxy-refused': 'store-unreachable',
  'proxy-authorization': 'store-unreachable',
  'timed-out': 'store-unreachable',
  'store-busy': 'store-unreachable',
  'store-error': 'store-unreachable',
  'sign-in-needed': 'sign-in-needed',
  'mfa-code-needed': 'sign-in-needed',
  'no-credentials': 'sign-in-needed',
  'profile-failed': 'sign-in-needed',
  'program-not-found': 'sign-in-needed',
  'program-failed': 'sign-in-needed',
  'credentials-refused': 'sign-in-needed',
  'credentials-expired': 'sign-in-needed',
};

/** A request that waits until it is admitted. */
interface WaitingRequest {
  readonly wasOnceMore: boolean;
  readonly release: (admission: Admission) => void;
}

/** Whether only a store that accepts the credentials fails so. */
function isAnswer(code: FailureCode): boolean {
  return interruptionOf(code) === undefined && !notOfStore.has(code);
}

/** Somebody has answered in the store's place, such as the log-in page of a network. */
const notOfStore = new Set<FailureCode>([
  'certificate',
  'certificate-name',
  'certificate-date',
  'cancelled',
  ...endpointFaults,
]);

const failuresToOpen = 4;
const graceMs = 50;
const maxProbeDelayMs = 60_000;
