/** Lets only one piece of work at a time have a key, in the order of asking. */
export class KeyedLock {
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Waits until the key is free, or the signal is aborted: the caller checks which. Returns the
   * function that releases the key; it must be called in both cases.
   */
  async acquire(key: string, signal: AbortSignal): Promise<() => void> {
    const before = this.#last.get(key);
    let release = (): void => undefined;
    const mine = new Promise<void>(resolve => {
      release = resolve;
    });
    // If this one gives up, the next one must still wait for those before.
    const all: Promise<unknown> = before === undefined ? mine : Promise.all([before, mine]);
    this.#last.set(key, all);
    void all.then(() => {
      if (this.#last.get(key) === all) this.#last.delete(key);
    });
    if (before !== undefined) await settledOrAborted([before], signal);
    return release;
  }
}

/** Waits until all of the work has settled or the signal is aborted. Never throws. */
export async function settledOrAborted(
  works: Iterable<Promise<unknown>>,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  let stop = (): void => undefined;
  const aborted = new Promise<void>(resolve => {
    stop = () => {
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  await Promise.race([Promise.allSettled(works), aborted]);
  signal.removeEventListener('abort', stop);
}
