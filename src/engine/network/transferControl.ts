import { Semaphore } from '../concurrency/semaphore';
import {
  circuitBreaker,
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type Outage,
} from './circuitBreaker';
import { Failure } from '../failures/failure';
import { tokenBucket } from './tokenBucket';

/**
 * What the user lets go out: all bodies of all uploads go through it. Paused means that no byte of
 * a body moves: requests in flight are broken off, and are sent again when it goes on.
 */
export interface TransferControl {
  readonly isPaused: boolean;
  /** What keeps requests waiting, if anything does. */
  readonly outage: Outage | undefined;
  /** Ends the sending to one bucket where the store does not take anything any more. */
  breaker(probe: CircuitBreakerOptions['probe']): CircuitBreaker;
  /** Tries at once whether what waits can go on. */
  probeNow(): void;
  pause(): void;
  resume(): void;
  /** The most bytes in a second; `undefined` for no limit. */
  limit(bytesPerSecond: number | undefined): void;
  /** Waits while it is paused. */
  whenOpen(signal: AbortSignal): Promise<void>;
  /**
   * Sends a request with a body of this size: at once, or when it is its turn. Where a pause breaks
   * it off, it is sent again afterwards, and told that an earlier sending's outcome is not known.
   */
  send<T>(size: number, signal: AbortSignal, send: (sending: Sending) => Promise<T>): Promise<T>;
  /** Waits until so many bytes of a body may go. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

export interface Sending {
  /** Aborted by the caller's signal, and by a pause. */
  readonly signal: AbortSignal;
  /** Whether it was broken off before, perhaps after the store had all of it. */
  readonly isRepeated: boolean;
}

export function transferControl(
  onOutage: (outage: Outage | undefined) => void = () => undefined,
): TransferControl {
  const outages = new Map<CircuitBreaker, Outage>();
  const pace = tokenBucket();
  /** Bodies on their way, broken off by a pause. */
  const underWay = new Set<AbortController>();
  const waiting = new Set<() => void>();
  let turns: Semaphore | undefined;
  let isPaused = false;

  function whenOpen(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const proceed = () => {
        waiting.delete(proceed);
        signal.removeEventListener('abort', proceed);
        if (signal.aborted) reject(new Failure('cancelled', ''));
        else resolve();
      };
      if (isPaused && !signal.aborted) {
        waiting.add(proceed);
        signal.addEventListener('abort', proceed, { once: true });
      } else {
        proceed();
      }
    });
  }

  /** Waits for a turn: under a limit, few bodies go side by side, lest each of them stalls. */
  async function whenItsTurn(size: number, signal: AbortSignal): Promise<() => void> {
    for (;;) {
      await whenOpen(signal);
      const asked = turns;
      const leave = (await asked?.acquire(size, signal)) ?? (() => undefined);
      if (!isPaused && asked === turns) return leave;
      leave();
    }
  }

  function outageNow(): Outage | undefined {
    const [first] = outages.values();
    return first;
  }

  return {
    get outage() {
      return outageNow();
    },
    breaker(probe) {
      const breaker = circuitBreaker({
        probe,
        onChange(outage) {
          if (outage === undefined) outages.delete(breaker);
          else outages.set(breaker, outage);
          onOutage(outageNow());
        },
      });
      return breaker;
    },
    probeNow() {
      for (const breaker of outages.keys()) breaker.probeNow();
    },
    get isPaused() {
      return isPaused;
    },
    pause() {
      isPaused = true;
      for (const controller of underWay) controller.abort();
    },
    resume() {
      isPaused = false;
      for (const proceed of [...waiting]) proceed();
    },
    limit(bytesPerSecond) {
      pace.limit(bytesPerSecond);
      turns =
        bytesPerSecond === undefined
          ? undefined
          : new Semaphore({ places: Infinity, bytes: bytesPerSecond * longestSideBySide });
    },
    whenOpen,
    async send(size, signal, send) {
      for (let isRepeated = false; ; isRepeated = true) {
        const leave = await whenItsTurn(size, signal);
        const controller = new AbortController();
        const stop = () => {
          controller.abort();
        };
        signal.addEventListener('abort', stop, { once: true });
        underWay.add(controller);
        // What was aborted already tells nobody any more.
        if (signal.aborted) stop();
        try {
          return await send({ signal: controller.signal, isRepeated });
        } catch (error) {
          if (signal.aborted || !controller.signal.aborted) throw error;
        } finally {
          underWay.delete(controller);
          signal.removeEventListener('abort', stop);
          leave();
        }
      }
    },
    take: (bytes, signal) => pace.take(bytes, signal),
  };
}

/**
 * Seconds that the bodies side by side may take together; a larger one goes alone. It is also what
 * a pause may cost.
 */
const longestSideBySide = 4;
