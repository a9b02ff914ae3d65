/** How fast an amount grows, over the last seconds: steady enough to be read. */
export interface RateMeter {
  /** Takes in how much there is now; `at` is in milliseconds, by a clock that never goes back. */
  note(amount: number, at: number): void;
  /** Begins anew, so that a rest does not count as slowness. */
  restart(): void;
  /** Growth in a second; 0 until it can be told. */
  readonly perSecond: number;
}

export function rateMeter(): RateMeter {
  let samples: { readonly amount: number; readonly at: number }[] = [];
  return {
    note(amount, at) {
      const last = samples.at(-1);
      if (samples.length > 1 && last !== undefined && at - last.at < sampleMs) return;
      samples.push({ amount, at });
      // The oldest one that is kept marks the beginning of the window.
      while ((samples[1]?.at ?? Infinity) <= at - windowMs) samples.shift();
    },
    restart() {
      samples = [];
    },
    get perSecond() {
      const first = samples[0];
      const last = samples.at(-1);
      if (first === undefined || last === undefined || last.at === first.at) return 0;
      return Math.max(0, ((last.amount - first.amount) / (last.at - first.at)) * 1000);
    },
  };
}

const windowMs = 10_000;
const sampleMs = 200;
