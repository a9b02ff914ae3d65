import { setTimeout as delay } from 'node:timers/promises';
import type { FailureCode } from '../../protocol/failures';
import { isOutcomeUnknown, retryAfter } from '../failures/storeErrors';
import type { CircuitBreaker } from './circuitBreaker';
import { Failure, failureBefore, throwIfCancelled } from '../failures/failure';

/**
 * Runs `operation`, which signs and sends anew each time, up to four times, with exponential backoff
 * and full jitter, or after as long as the store asks for. It is the only place where requests are
 * retried. A failure that no retry can change is thrown at once. `operation` must throw nothing but
 * `Failure`. Where the signal is aborted, `cancelled` is thrown, with what had gone wrong before as
 * its cause.
 */
export async function attempt<T>(
  operation: (attempt: Attempt) => Promise<T>,
  options: AttemptOptions,
): Promise<T> {
  const { subject, signal, breaker } = options;
  if (breaker === undefined) return attemptFrom(1, operation, options);
  let uncertain = false;
  let wasOnceMore = false;
  let before: Failure | undefined;
  try {
    await breaker.enter(signal);
    for (;;) {
      try {
        const answer = await attemptFrom(
          wasOnceMore ? maxAttempts : 1,
          now => {
            uncertain ||= now.uncertain;
            return operation({ ...now, uncertain });
          },
          options,
        );
        breaker.recordAnswer();
        return answer;
      } catch (error) {
        before = failureBefore(error) ?? before;
        throwIfCancelled(signal, subject, before);
        if (!(error instanceof Failure)) throw error;
        uncertain ||= isOutcomeUnknown(error);
        const admission = await breaker.admit({ failure: error, wasOnceMore }, signal);
        if (admission === 'failed') throw error;
        if (admission === 'refused') throw refusal(error, subject);
        wasOnceMore = admission === 'once-more';
      }
    }
  } finally {
    breaker.leave();
  }
}

/** How often a request is tried in all before its failure counts. */
export const maxAttempts = 4;

/** One attempt at a request. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  /** Whether an earlier attempt may have been carried out without its answer arriving. */
  readonly uncertain: boolean;
}

export interface AttemptOptions {
  /** What a failure is about: a key, a bucket or an endpoint. */
  readonly subject: string;
  readonly signal: AbortSignal;
  /** Called before every attempt, the first included, with its number from 1. */
  readonly onAttempt?: (number: number) => void;
  /**
   * Where it is given, a request that has given up may wait for the store to come back, and one
   * that the store refuses while it answers others fails with `file-refused`.
   */
  readonly breaker?: CircuitBreaker;
}

/** The failure of a request that was sent in vain while the store answered others. */
function refusal(failure: Failure, subject: string): Failure {
  // A request without an answer was not refused: a slow or broken network spares small requests.
  if (withoutAnswer.has(failure.code)) return failure;
  return new Failure('file-refused', subject, failure.cause ?? failure);
}

const withoutAnswer = new Set<FailureCode>([
  'unreachable',
  'host-not-found',
  'proxy-unreachable',
  'timed-out',
]);

/**
 * Tries as often as it may, counting from `first`. What does not wait for the store to come back has
 * no body to send or to put together, and is not tried again once it has taken long.
 */
async function attemptFrom<T>(
  first: number,
  operation: (attempt: Attempt) => Promise<T>,
  { subject, signal, onAttempt, breaker }: AttemptOptions,
): Promise<T> {
  const patience = new Patience(breaker === undefined ? shortRequestMs : Infinity);
  let uncertain = false;
  let before: Failure | undefined;
  try {
    for (let number = first; ; number++) {
      throwIfCancelled(signal, subject, before);
      onAttempt?.(number);
      try {
        return await unlessCancelled(operation({ number, uncertain }), signal, subject);
      } catch (error) {
        before = failureBefore(error) ?? before;
        throwIfCancelled(signal, subject, before);
        if (!(error instanceof Failure) || number >= limitOf(error.code)) throw error;
        if (patience.isOver) throw error;
        uncertain ||= isOutcomeUnknown(error);
        await pause(backoffMs(number, retryAfter(error)), signal);
      }
    }
  } finally {
    patience.end();
  }
}

/** How long a request without a body may take, so that it is tried once more. */
const shortRequestMs = 240_000;

/** Counts the time that a computer is awake: after its sleep, requests have to be tried again. */
class Patience {
  #leftMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#leftMs = ms;
    if (Number.isFinite(ms)) this.#wait();
  }

  get isOver(): boolean {
    return this.#leftMs <= 0;
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** In steps, since a timer that was due in a computer's sleep fires at its end. */
  #wait(): void {
    this.#timer = setTimeout(() => {
      this.#leftMs -= stepMs;
      if (!this.isOver) this.#wait();
    }, stepMs).unref();
  }
}

const stepMs = 10_000;

/** How often a request that fails with this code is tried. */
function limitOf(code: FailureCode): number {
  // S3 refuses times that are more than 15 minutes off (`RequestTimeTooSkewed`, S3's list of error
  // codes). The SDK corrects its clock by the refusal: the next attempt is signed right, or none is.
  if (code === 'clock-skew') return 2;
  return retried.has(code) ? maxAttempts : 1;
}

const retried = new Set<FailureCode>([
  'unreachable',
  'host-not-found',
  'proxy-unreachable',
  'timed-out',
  'store-busy',
  'store-error',
  // Damaged on the way; the bytes are sent again.
  'not-verified',
]);

const baseDelayMs = 500;
const maxDelayMs = 60_000;

/**
 * How long to wait after the attempt with this number, in milliseconds: "full jitter" of the AWS
 * Architecture Blog, "Exponential Backoff And Jitter"; on top of the `Retry-After` (RFC 9110,
 * section 10.2.3) where the store has sent one.
 */
function backoffMs(number: number, retryAfterMs: number | undefined): number {
  const jitteredMs = Math.random() * baseDelayMs * 2 ** (number - 1);
  return retryAfterMs === undefined ? jitteredMs : Math.min(maxDelayMs, retryAfterMs + jitteredMs);
}

/** Waits; ends early where the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

/**
 * Throws `cancelled` as soon as the signal is aborted, and no longer waits for the work. Requests
 * end by the same signal; but what gets their credentials takes none, and may be a program that
 * waits for a person.
 */
async function unlessCancelled<T>(
  work: Promise<T>,
  signal: AbortSignal,
  subject: string,
): Promise<T> {
  let stop: () => void = () => undefined;
  const cancelled = new Promise<never>((_, reject) => {
    stop = () => {
      reject(new Failure('cancelled', subject));
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
