/** Measures how fast an amount grows, over the last ten seconds: steady enough to be read. */
export class RateMeter {
  #samples: readonly Sample[] = [];

  /** Adds a sample; `atMs` is by a clock that never goes back. */
  note(amount: number, atMs: number): void {
    const last = this.#samples.at(-1);
    const hasTwo = this.#samples.length > 1 && last !== undefined;
    if (hasTwo && atMs - last.atMs < minIntervalMs) return;
    const samples = [...this.#samples, { amount, atMs }];
    // The oldest sample that is kept marks the beginning of the window.
    const first = samples.findLastIndex(sample => sample.atMs <= atMs - windowMs);
    this.#samples = samples.slice(Math.max(0, first));
  }

  /** Begins anew, so that a rest does not count as slowness. */
  restart(): void {
    this.#samples = [];
  }

  /** Growth per second; 0 until a second has passed, since less says nothing of the next ones. */
  get perSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs - first.atMs < leastMs) return 0;
    return Math.max(0, ((last.amount - first.amount) / (last.atMs - first.atMs)) * 1000);
  }
}

interface Sample {
  readonly amount: number;
  readonly atMs: number;
}

const windowMs = 10_000;
const leastMs = 1_000;
const minIntervalMs = 200;
