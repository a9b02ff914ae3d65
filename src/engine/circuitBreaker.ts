import { Failure } from './failure';
import { interruptionOf, type Interruption } from './resume/interruption';

/**
 * Ends the hopeless sending of one request after the other: when four in succession have given up
 * with no success between, all of them wait. One at a time tries again, less and less often, and
 * when one is answered, all go on.
 */
export interface CircuitBreaker {
  /** Waits while nothing is to be sent; `probe` for one that finds out, with a single attempt. */
  enter(signal: AbortSignal): Promise<Turn>;
  /** The store has answered, whatever it said. */
  answered(): void;
  /** A request has given up. Where it is to be sent again, that is its next turn. */
  gaveUp(failure: Failure, signal: AbortSignal): Promise<Turn | undefined>;
  /** What was entered has ended, one way or the other. */
  leave(): void;
  /** Does not wait for the time of the next probe. */
  probeNow(): void;
}

export type Turn = 'request' | 'probe';

export interface Outage {
  readonly kind: Interruption;
  readonly failure: Failure;
}

export interface CircuitBreakerOptions {
  /** Told when everything waits, and when it goes on. */
  readonly onChange: (outage: Outage | undefined) => void;
  readonly firstProbeMs?: number;
}

export function circuitBreaker({
  onChange,
  firstProbeMs = 1_000,
}: CircuitBreakerOptions): CircuitBreaker {
  /** Those that wait for their next turn, or for being told that there is none. */
  const waiting = new Set<(turn: Turn | undefined) => void>();
  let inSuccession = 0;
  let underWay = 0;
  let outage: Outage | undefined;
  let wait = firstProbeMs;
  let timer: NodeJS.Timeout | undefined;

  function releaseAll(turn: Turn | undefined): void {
    for (const release of [...waiting]) release(turn);
  }

  function scheduleProbe(): void {
    clearTimeout(timer);
    timer = setTimeout(probe, wait);
    wait = Math.min(longestWait, wait * 2);
  }

  function probe(): void {
    const [next] = waiting;
    next?.('probe');
    scheduleProbe();
  }

  function open(now: Outage): void {
    if (outage === undefined) {
      wait = firstProbeMs;
      scheduleProbe();
    }
    outage = now;
    onChange(outage);
  }

  function close(): void {
    inSuccession = 0;
    clearTimeout(timer);
    if (outage === undefined) return;
    outage = undefined;
    onChange(undefined);
  }

  function turn(signal: AbortSignal): Promise<Turn | undefined> {
    return new Promise((resolve, reject) => {
      const release = (given: Turn | undefined) => {
        waiting.delete(release);
        signal.removeEventListener('abort', stop);
        underWay++;
        resolve(given);
      };
      const stop = () => {
        waiting.delete(release);
        underWay++;
        reject(new Failure('cancelled', ''));
        // Nobody is left to find out.
        if (waiting.size === 0) close();
      };
      underWay--;
      waiting.add(release);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      else if (outage === undefined && underWay === 0) releaseAll(undefined);
    });
  }

  return {
    async enter(signal) {
      underWay++;
      if (outage === undefined) return 'request';
      return (await turn(signal)) ?? 'request';
    },
    answered() {
      const wasOpen = outage !== undefined;
      close();
      releaseAll(wasOpen ? 'request' : undefined);
    },
    async gaveUp(failure, signal) {
      const kind = interruptionOf(failure.code);
      if (kind === undefined) {
        this.answered();
        return undefined;
      }
      inSuccession++;
      if (outage !== undefined || inSuccession >= mostInSuccession) open({ kind, failure });
      return turn(signal);
    },
    leave() {
      underWay--;
      if (outage === undefined && underWay === 0) releaseAll(undefined);
    },
    probeNow() {
      if (outage === undefined) return;
      wait = firstProbeMs;
      probe();
    },
  };
}

const mostInSuccession = 4;
const longestWait = 60_000;
