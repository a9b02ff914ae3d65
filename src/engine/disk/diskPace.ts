/** How long calls to a disk take in this thread. */
export interface PaceClock {
  /** In milliseconds. */
  readonly now: () => number;
}

/**
 * Decides in which thread a disk is called. A local one answers within a hundredth of a millisecond,
 * and handing that to another thread takes several times as long. A disk of the network, or one that
 * has to turn first, would hold up everything else: it is called aside.
 */
export class DiskPace {
  readonly #clock: PaceClock;
  #slowInARow = 0;
  #asideUntil = -Infinity;

  constructor(clock: PaceClock = performance) {
    this.#clock = clock;
  }

  /** Whether the disk may be called in this thread. */
  get isQuick(): boolean {
    return this.#clock.now() >= this.#asideUntil;
  }

  /** Makes a call in this thread, and heeds how long it takes. */
  direct<T>(call: () => T): T {
    const begun = this.#clock.now();
    try {
      return call();
    } finally {
      this.#took(this.#clock.now() - begun);
    }
  }

  /** Makes a call in this thread where the disk is quick, and otherwise in another one. */
  async call<T>(direct: () => T, aside: () => Promise<T>): Promise<T> {
    return this.isQuick ? this.direct(direct) : aside();
  }

  /** Has the disk called aside for so long. */
  callAside(ms: number): void {
    this.#asideUntil = this.#clock.now() + ms;
  }

  #took(ms: number): void {
    // Another program may have had the processor just then: once is no sign.
    this.#slowInARow = ms < slowMs ? 0 : this.#slowInARow + 1;
    if (this.#slowInARow >= 2) this.callAside(ms * callAsideFactor);
  }
}

const slowMs = 1;
/** With it, slow calls in this thread take at most a twentieth of the time. */
const callAsideFactor = 20;

/** By workspace folder. */
const paces = new Map<string, DiskPace>();

/** Returns the pace of the disk that a workspace folder is on. */
export function paceOf(root: string): DiskPace {
  let pace = paces.get(root);
  if (pace === undefined) paces.set(root, (pace = new DiskPace()));
  return pace;
}
