import { FifoQueue } from '../concurrency/fifoQueue';

/**
 * Lets bytes go no faster than a limit, in the order of asking: a token bucket
 * (https://en.wikipedia.org/wiki/Token_bucket) whose level may fall below zero.
 */
export class TokenBucket {
  readonly #queue = new FifoQueue(() => {
    this.#serve();
  });
  #bytesPerSecond: number | undefined;
  #tokens = 0;
  #refilledAtMs = performance.now();
  #timer: NodeJS.Timeout | undefined;

  /** The most bytes in a second; `undefined` for no limit. Holds for those who wait, too. */
  setLimit(bytesPerSecond: number | undefined): void {
    this.#refill();
    if (this.#bytesPerSecond === bytesPerSecond) return;
    this.#bytesPerSecond = bytesPerSecond;
    this.#tokens = 0;
    this.#serve();
  }

  /** Waits until `bytes` may go. Throws `cancelled` where the signal is aborted meanwhile. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#bytesPerSecond === undefined && this.#queue.first === undefined) return;
    await this.#queue.wait(bytes, signal);
  }

  #refill(): void {
    const now = performance.now();
    const rate = this.#bytesPerSecond ?? 0;
    const added = (rate * (now - this.#refilledAtMs)) / 1000;
    this.#refilledAtMs = now;
    // What nobody used is kept for a moment only: an idle minute must not become a burst.
    this.#tokens = Math.min(this.#tokens + added, (rate * maxSavedMs) / 1000);
  }

  #serve(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#refill();
    const rate = this.#bytesPerSecond;
    for (let first = this.#queue.first; first !== undefined; first = this.#queue.first) {
      if (rate !== undefined && this.#tokens < 0) {
        this.#timer = setTimeout(
          () => {
            this.#serve();
          },
          Math.ceil((-this.#tokens / rate) * 1000),
        );
        return;
      }
      // Whoever comes next waits until the debt is paid, so that any amount can be taken.
      if (rate !== undefined) this.#tokens -= first;
      this.#queue.grant();
    }
  }
}

/** For how long unused bandwidth is kept. */
const maxSavedMs = 250;
