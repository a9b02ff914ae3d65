import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Clock } from '../../../src/engine/concurrency/quietTime';

/** A clock whose time passes only by work, and by sleeping when nothing else is left to do. */
export class VirtualClock implements Clock {
  #now = 0;
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  readonly now = () => this.#now;

  readonly sleep = (ms: number): Promise<void> =>
    new Promise(resolve => {
      const sleeper = { until: this.#now + ms, wake: resolve };
      this.#sleepers.add(sleeper);
    });

  /** Lets work take its time. */
  pass(ms: number): void {
    this.#now += ms;
  }

  /** Runs until the time, or until nothing sleeps any more. */
  async runUntil(end: number): Promise<void> {
    for (;;) {
      // Whoever was woken works on before anybody else is.
      for (let turn = 0; turn < 10; turn++) await nextTurn();
      const [next] = [...this.#sleepers].sort((one, other) => one.until - other.until);
      if (next === undefined || next.until > end) return;
      this.#now = Math.max(this.#now, next.until);
      this.#sleepers.delete(next);
      next.wake();
    }
  }
}
