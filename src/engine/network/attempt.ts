import { setTimeout as delay } from 'node:timers/promises';
import type { FailureCode } from '../../protocol/failures';
import { isOutcomeUnknown, retryAfter } from '../failures/storeErrors';
import type { CircuitBreaker } from './circuitBreaker';
import { Failure, failureBefore, throwIfCancelled } from '../failures/failure';

/** How often a request is tried in all before its failure counts. */
export const attempts = 4;

export interface Attempt {
  /** From 1. */
  readonly number: number;
  /** Whether an earlier attempt may have been carried out without its answer arriving. */
  readonly uncertain: boolean;
}

export interface AttemptOptions {
  readonly subject: string;
  readonly signal: AbortSignal;
  /** Called before every attempt, the first included. */
  readonly onAttempt?: (number: number) => void;
  /**
   * Where it is given, a request that has given up may wait for the store to come back, and one
   * that the store refuses while it answers others fails with `file-refused`.
   */
  readonly breaker?: CircuitBreaker;
}

/**
 * The one retry mechanism: runs `operation`, which signs and sends anew each time, up to four times
 * with exponential backoff and full jitter, or after as long as the store asks for. What no retry
 * can change is thrown at once. `operation` must throw nothing but `Failure`. Who cancels is told what
 * had gone wrong before: it is the cause.
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
          wasOnceMore ? attempts : 1,
          now => {
            uncertain ||= now.uncertain;
            return operation({ ...now, uncertain });
          },
          options,
        );
        breaker.answered();
        return answer;
      } catch (error) {
        before = failureBefore(error) ?? before;
        throwIfCancelled(signal, subject, before);
        if (!(error instanceof Failure)) throw error;
        uncertain ||= isOutcomeUnknown(error);
        const verdict = await breaker.gaveUp({ failure: error, wasOnceMore }, signal);
        if (verdict === 'failed') throw error;
        if (verdict === 'refused') throw refusal(error, subject);
        wasOnceMore = verdict === 'once-more';
      }
    }
  } finally {
    breaker.leave();
  }
}

/** The failure of what was sent in vain while the store answered others. */
function refusal(failure: Failure, subject: string): Failure {
  // Nobody has refused what had no answer: a slow or broken way is kinder to small requests.
  if (withoutAnswer.has(failure.code)) return failure;
  return new Failure('file-refused', subject, failure.cause ?? failure);
}

const withoutAnswer = new Set<FailureCode>(['unreachable', 'host-not-found', 'timed-out']);

/** Tries as often as it may, where this is not the first attempt. */
async function attemptFrom<T>(
  first: number,
  operation: (attempt: Attempt) => Promise<T>,
  { subject, signal, onAttempt }: AttemptOptions,
): Promise<T> {
  let uncertain = false;
  let before: Failure | undefined;
  for (let number = first; ; number++) {
    throwIfCancelled(signal, subject, before);
    onAttempt?.(number);
    try {
      return await unlessCancelled(operation({ number, uncertain }), signal, subject);
    } catch (error) {
      before = failureBefore(error) ?? before;
      throwIfCancelled(signal, subject, before);
      if (!(error instanceof Failure) || number >= limitOf(error.code)) throw error;
      uncertain ||= isOutcomeUnknown(error);
      await pause(backoff(number, retryAfter(error)), signal);
    }
  }
}

/** How often a request is tried that fails so. */
function limitOf(code: FailureCode): number {
  // The SDK corrects its clock by the refusing answer: the next try is signed right, or none is.
  if (code === 'clock-skew') return 2;
  return retried.has(code) ? attempts : 1;
}

const retried = new Set<FailureCode>([
  'unreachable',
  'host-not-found',
  'timed-out',
  'store-busy',
  'store-error',
  // Damaged on the way; the bytes are sent again.
  'not-verified',
]);

const firstPause = 500;
const longestPause = 60_000;

function backoff(number: number, asked: number | undefined): number {
  const jittered = Math.random() * firstPause * 2 ** (number - 1);
  return asked === undefined ? jittered : Math.min(longestPause, asked + jittered);
}

/** Ends early where it is cancelled. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

/**
 * Gives the work up when it is cancelled. Requests end by the same signal, but what gets their
 * credentials knows none, and may be a program that waits for somebody.
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
