import { FifoQueue } from '../concurrency/fifoQueue';

/** Lets bytes go no faster than a limit, in the order of asking: a bucket of tokens. */
export interface TokenBucket {
  /** The most bytes in a second; `undefined` for no limit. Holds for those who wait, too. */
  limit(bytesPerSecond: number | undefined): void;
  /** Waits until `bytes` may go. Throws `cancelled` where the signal is aborted meanwhile. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

export function tokenBucket(): TokenBucket {
  let rate: number | undefined;
  let credit = 0;
  let countedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const line = new FifoQueue(serve);

  function count(): void {
    const now = performance.now();
    const saved = rate === undefined ? 0 : (rate * (now - countedAt)) / 1000;
    countedAt = now;
    // What nobody used is kept for a moment only: an idle minute must not become a burst.
    credit = Math.min(credit + saved, ((rate ?? 0) * savedMs) / 1000);
  }

  function serve(): void {
    clearTimeout(timer);
    timer = undefined;
    count();
    for (let first = line.first; first !== undefined; first = line.first) {
      if (rate !== undefined && credit < 0) {
        timer = setTimeout(serve, Math.ceil((-credit / rate) * 1000));
        return;
      }
      // The debt is paid by whoever comes next, so that any amount can be taken.
      if (rate !== undefined) credit -= first;
      line.grant();
    }
  }

  return {
    limit(bytesPerSecond) {
      count();
      if (rate === bytesPerSecond) return;
      rate = bytesPerSecond;
      credit = 0;
      serve();
    },
    async take(bytes, signal) {
      if (rate === undefined && line.first === undefined) return;
      await line.wait(bytes, signal);
    },
  };
}

/** For how long unused bandwidth is kept. */
const savedMs = 250;
