import { setTimeout as delay } from 'node:timers/promises';
import type { FailureCode } from '../protocol';
import { isOutcomeUnknown, retryAfter } from './errorMapping';
import type { CircuitBreaker, Turn } from './circuitBreaker';
import { Failure, throwIfCancelled } from './failure';

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
  /** Where it is given, a request that has given up may wait for the store to come back. */
  readonly breaker?: CircuitBreaker;
}

/**
 * The one retry mechanism: runs `operation`, which signs and sends anew each time, up to four times
 * with exponential backoff and full jitter, or after as long as the store asks for. What no retry
 * can change is thrown at once. `operation` must throw nothing but `Failure`.
 */
export async function attempt<T>(
  operation: (attempt: Attempt) => Promise<T>,
  options: AttemptOptions,
): Promise<T> {
  const { signal, breaker } = options;
  if (breaker === undefined) return attemptFrom(1, operation, options);
  let uncertain = false;
  try {
    for (let turn: Turn | undefined = await breaker.enter(signal); ;) {
      const first = turn === 'probe' ? attempts : 1;
      try {
        const answer = await attemptFrom(
          first,
          now => operation({ ...now, uncertain: uncertain || now.uncertain }),
          options,
        );
        breaker.answered();
        return answer;
      } catch (error) {
        throwIfCancelled(signal, options.subject);
        if (!(error instanceof Failure)) throw error;
        uncertain ||= isOutcomeUnknown(error);
        turn = await breaker.gaveUp(error, signal);
        if (turn === undefined) throw error;
      }
    }
  } finally {
    breaker.leave();
  }
}

/** Tries as often as it may, where this is not the first attempt. */
async function attemptFrom<T>(
  first: number,
  operation: (attempt: Attempt) => Promise<T>,
  { subject, signal, onAttempt }: AttemptOptions,
): Promise<T> {
  let uncertain = false;
  for (let number = first; ; number++) {
    throwIfCancelled(signal, subject);
    onAttempt?.(number);
    try {
      return await unlessCancelled(operation({ number, uncertain }), signal, subject);
    } catch (error) {
      throwIfCancelled(signal, subject);
      if (!(error instanceof Failure) || number >= limitOf(error.code)) throw error;
      uncertain ||= isOutcomeUnknown(error);
      await pause(backoff(number, retryAfter(error)), signal, subject);
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

async function pause(ms: number, signal: AbortSignal, subject: string): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw new Failure('cancelled', subject);
  }
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
