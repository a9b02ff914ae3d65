import type { FailureCode } from '../../protocol/failures';
import { Failure, toFailure } from '../failures/failure';
import { interruptionOf, type Interruption } from './interruption';

/**
 * Ends the hopeless sending of one request after the other to one bucket, and tells whose fault it
 * is that they give up. A harmless request finds out: where it is answered, the store is there, and
 * what is refused still is refused for itself. Where it fails too, all of them wait, and it is sent
 * again, less and less often, until it is answered.
 */
export interface CircuitBreaker {
  /** Waits while nothing is to be sent. */
  enter(signal: AbortSignal): Promise<void>;
  /** The store has answered, whatever it said. */
  answered(): void;
  /** A request has given up; it may have to wait for what becomes of it. */
  gaveUp(refusal: Refusal, signal: AbortSignal): Promise<Verdict>;
  /** What was entered has ended, one way or the other. */
  leave(): void;
  /** Does not wait for the time of the next probe. */
  probeNow(): void;
}

/** How a request has given up. */
export interface Refusal {
  readonly failure: Failure;
  /** Whether it was sent once more after the store had answered others. */
  readonly wasOnceMore: boolean;
}

/**
 * What becomes of a request that has given up.
 *
 * - `again`: the store was away and is back; it is sent as if for the first time.
 * - `once-more`: the store answers others; one attempt more shows whose fault it was.
 * - `refused`: the store answers others, and refuses this one still.
 * - `failed`: it fails as it did, and nothing more is known.
 */
export type Verdict = 'again' | 'once-more' | 'refused' | 'failed';

export interface Outage {
  readonly kind: Interruption;
  readonly failure: Failure;
}

export interface CircuitBreakerOptions {
  /** Sends a harmless request to the same bucket, once. It throws what went wrong. */
  readonly probe: (signal: AbortSignal) => Promise<unknown>;
  /** Told when everything waits, and when it goes on. */
  readonly onChange: (outage: Outage | undefined) => void;
  readonly firstProbeMs?: number;
}

export function circuitBreaker({
  probe,
  onChange,
  firstProbeMs = 1_000,
}: CircuitBreakerOptions): CircuitBreaker {
  const waiting = new Set<Waiting>();
  let inSuccession = 0;
  let underWay = 0;
  let suspected: Outage | undefined;
  let outage: Outage | undefined;
  let wait = firstProbeMs;
  let timer: NodeJS.Timeout | undefined;
  let probing: AbortController | undefined;

  function sendProbe(): void {
    if (probing !== undefined) return;
    clearTimeout(timer);
    const mine = new AbortController();
    probing = mine;
    probe(mine.signal).then(
      () => {
        if (probing === mine) isThere();
      },
      (thrown: unknown) => {
        if (probing !== mine) return;
        probing = undefined;
        const failure = toFailure(thrown, '');
        if (isAnswer(failure.code)) isThere();
        else isAway(failure);
      },
    );
  }

  /** The store answers: what has given up is refused for itself, or goes on after an outage. */
  function isThere(): void {
    const wasAway = outage !== undefined;
    close();
    for (const { release, wasOnceMore } of [...waiting]) {
      if (wasAway) release('again');
      else release(wasOnceMore ? 'refused' : 'once-more');
    }
  }

  function isAway(failure: Failure): void {
    if (outage === undefined && inSuccession < mostInSuccession) {
      for (const { release } of [...waiting]) release('failed');
      return;
    }
    if (outage === undefined) wait = firstProbeMs;
    timer = setTimeout(sendProbe, wait);
    wait = Math.min(longestWait, wait * 2);
    const kind = interruptionOf(failure.code);
    outage = kind === undefined ? suspected : { kind, failure };
    onChange(outage);
  }

  function close(): void {
    inSuccession = 0;
    clearTimeout(timer);
    probing?.abort();
    probing = undefined;
    if (outage === undefined) return;
    outage = undefined;
    onChange(undefined);
  }

  function probeWhenQuiet(): void {
    if (outage !== undefined || waiting.size === 0) return;
    if (underWay === 0 || inSuccession >= mostInSuccession) sendProbe();
  }

  /** @param why What keeps it from going on, for who cancels it meanwhile. */
  function turn(wasOnceMore: boolean, why: Failure | undefined, signal: AbortSignal) {
    return new Promise<Verdict>((resolve, reject) => {
      const waiter = { wasOnceMore, release };
      function leaveLine(): void {
        waiting.delete(waiter);
        signal.removeEventListener('abort', stop);
        underWay++;
      }
      function release(verdict: Verdict): void {
        leaveLine();
        resolve(verdict);
      }
      function stop(): void {
        leaveLine();
        reject(new Failure('cancelled', '', why));
        // Nobody is left to find out for.
        if (waiting.size === 0) close();
      }
      underWay--;
      waiting.add(waiter);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      else probeWhenQuiet();
    });
  }

  return {
    async enter(signal) {
      underWay++;
      if (outage !== undefined) await turn(false, outage.failure, signal);
    },
    answered: isThere,
    async gaveUp({ failure, wasOnceMore }, signal) {
      const kind = interruptionOf(failure.code);
      if (kind === undefined) {
        if (isAnswer(failure.code)) isThere();
        return 'failed';
      }
      inSuccession++;
      suspected = { kind, failure };
      return turn(wasOnceMore, failure, signal);
    },
    leave() {
      underWay--;
      probeWhenQuiet();
    },
    probeNow() {
      if (outage === undefined) return;
      wait = firstProbeMs;
      // One under way may wait for a connection that is no more.
      probing?.abort();
      probing = undefined;
      sendProbe();
    },
  };
}

/** One that waits for its next turn, or for being told that there is none. */
interface Waiting {
  readonly wasOnceMore: boolean;
  readonly release: (verdict: Verdict) => void;
}

/** Whether it takes a store that accepts the credentials to fail so. */
function isAnswer(code: FailureCode): boolean {
  return interruptionOf(code) === undefined && !ofSomebodyElse.has(code);
}

/** Somebody has answered in the store's place, such as the log-in page of a network. */
const ofSomebodyElse = new Set<FailureCode>(['certificate', 'not-s3', 'cancelled']);

const mostInSuccession = 4;
const longestWait = 60_000;
