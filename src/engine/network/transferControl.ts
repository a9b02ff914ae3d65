import { Semaphore } from '../concurrency/semaphore';
import { Failure } from '../failures/failure';
import { fromStoreError } from '../failures/storeErrors';
import { CircuitBreaker, type CircuitBreakerOptions, type Outage } from './circuitBreaker';
import { RequestCount } from './requestCount';
import { TokenBucket } from './tokenBucket';

/**
 * Decides when the bodies of uploads and downloads may move: pause, bandwidth limit and outages.
 * While it is paused, no byte of a body moves: requests in flight are broken off, and are sent again
 * when it goes on.
 */
export class TransferControl {
  /** What is asked over all connections that share this. */
  readonly requests = new RequestCount();
  readonly #onOutage: (outage: Outage | undefined) => void;
  readonly #outages = new Map<CircuitBreaker, Outage>();
  readonly #bandwidth = new TokenBucket();
  /** Requests in flight, which a pause breaks off. */
  readonly #inFlight = new Set<AbortController>();
  /** Called when a pause ends. */
  readonly #waiting = new Set<() => void>();
  /** Bounds how many bodies go side by side while a bandwidth limit is set. */
  #sideBySide: Semaphore | undefined;
  #isPaused = false;

  /** Called after each request with a body that the store has answered, or that has failed. */
  onSent: (sent: Sent) => void = () => undefined;

  /** @param onOutage Called with what keeps requests waiting whenever that changes. */
  constructor(onOutage: (outage: Outage | undefined) => void = () => undefined) {
    this.#onOutage = onOutage;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** What keeps requests waiting, if anything does. */
  get outage(): Outage | undefined {
    const [first] = this.#outages.values();
    return first;
  }

  /** Returns a circuit breaker for one bucket, whose outages are reported here. */
  createBreaker(probe: CircuitBreakerOptions['probe']): CircuitBreaker {
    const breaker: CircuitBreaker = new CircuitBreaker({
      probe,
      onChange: outage => {
        if (outage === undefined) this.#outages.delete(breaker);
        else this.#outages.set(breaker, outage);
        this.#onOutage(this.outage);
      },
    });
    return breaker;
  }

  /** Tries at once whether what waits for a store can go on. */
  probeNow(): void {
    for (const breaker of this.#outages.keys()) breaker.probeNow();
  }

  pause(): void {
    this.#isPaused = true;
    for (const controller of this.#inFlight) controller.abort();
  }

  resume(): void {
    this.#isPaused = false;
    for (const proceed of [...this.#waiting]) proceed();
  }

  /** The most bytes in a second; `undefined` for no limit. Holds for what is in flight, too. */
  setLimit(bytesPerSecond: number | undefined): void {
    this.#bandwidth.setLimit(bytesPerSecond);
    this.#sideBySide =
      bytesPerSecond === undefined
        ? undefined
        : new Semaphore({ places: Infinity, bytes: bytesPerSecond * maxSecondsSideBySide });
  }

  /** Whether bodies may go no faster than a limit. */
  get isLimited(): boolean {
    return this.#sideBySide !== undefined;
  }

  /** Waits while it is paused. Throws `cancelled` where the signal is aborted. */
  whenOpen(signal: AbortSignal): Promise<void> {
    if (!this.#isPaused && !signal.aborted) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const proceed = () => {
        this.#waiting.delete(proceed);
        signal.removeEventListener('abort', proceed);
        if (signal.aborted) reject(new Failure('cancelled', ''));
        else resolve();
      };
      if (this.#isPaused && !signal.aborted) {
        this.#waiting.add(proceed);
        signal.addEventListener('abort', proceed, { once: true });
      } else {
        proceed();
      }
    });
  }

  /**
   * Sends a request with a body of `size` bytes: at once, or when it is its turn. Where a pause
   * breaks it off, `send` is called again afterwards, with `isRepeated` set.
   */
  async send<T>(
    size: number,
    signal: AbortSignal,
    send: (sending: Sending) => Promise<T>,
  ): Promise<T> {
    for (let isRepeated = false; ; isRepeated = true) {
      const release = await this.#acquire(size, signal);
      const controller = new AbortController();
      const begun = performance.now();
      const stop = () => {
        controller.abort();
      };
      signal.addEventListener('abort', stop, { once: true });
      this.#inFlight.add(controller);
      // A signal that is aborted already fires no event.
      if (signal.aborted) stop();
      try {
        const answer = await send({ signal: controller.signal, isRepeated });
        this.onSent({ bytes: size, ms: performance.now() - begun, wasBusy: false });
        return answer;
      } catch (error) {
        if (signal.aborted || !controller.signal.aborted) {
          this.onSent({ bytes: 0, ms: performance.now() - begun, wasBusy: tellsOfLoad(error) });
          throw error;
        }
      } finally {
        this.#inFlight.delete(controller);
        signal.removeEventListener('abort', stop);
        release();
      }
    }
  }

  /** Waits until so many bytes of a body may go. Throws `cancelled` where the signal is aborted. */
  take(bytes: number, signal: AbortSignal): Promise<void> {
    return this.#bandwidth.take(bytes, signal);
  }

  /** Waits for a turn: under a limit, few bodies go side by side, lest each of them stalls. */
  async #acquire(size: number, signal: AbortSignal): Promise<() => void> {
    for (;;) {
      await this.whenOpen(signal);
      const asked = this.#sideBySide;
      const release = (await asked?.acquire(size, signal)) ?? (() => undefined);
      if (!this.#isPaused && asked === this.#sideBySide) return release;
      release();
    }
  }
}

/** A request that has ended. */
export interface Sent {
  /** Those that have arrived. */
  readonly bytes: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** Whether the store has more to do than it can. */
  readonly wasBusy: boolean;
}

/** Whether an error says that the store has more to do than it can. */
function tellsOfLoad(error: unknown): boolean {
  const { code } = fromStoreError(error, { endpoint: '' });
  return code === 'store-busy' || code === 'timed-out';
}

/** One sending of a request. */
export interface Sending {
  /** Aborted by the caller's signal, and by a pause. */
  readonly signal: AbortSignal;
  /** Whether it was broken off before, perhaps after the store had all of it. */
  readonly isRepeated: boolean;
}

/**
 * The time that the bodies side by side may take together; a larger body goes alone. It is also what
 * a pause may cost.
 */
const maxSecondsSideBySide = 4;
