import { Failure } from './failure';

/** Lets bytes go no faster than a limit, in the order of asking: a bucket of tokens. */
export interface Pacer {
  /** The most bytes in a second; `undefined` for no limit. Holds for those who wait, too. */
  limit(bytesPerSecond: number | undefined): void;
  /** Waits until `bytes` may go. Throws `cancelled` where the signal is aborted meanwhile. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

export function pacer(): Pacer {
  let rate: number | undefined;
  let credit = 0;
  let countedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const waiting: Waiting[] = [];

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
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      if (rate !== undefined && credit < 0) {
        timer = setTimeout(serve, Math.ceil((-credit / rate) * 1000));
        return;
      }
      waiting.shift();
      // The debt is paid by whoever comes next, so that any amount can be taken.
      if (rate !== undefined) credit -= first.bytes;
      first.grant();
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
      if (rate === undefined && waiting.length === 0) return;
      await new Promise<void>((resolve, reject) => {
        const cancel = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(new Failure('cancelled', ''));
        };
        const entry: Waiting = {
          bytes,
          grant() {
            signal.removeEventListener('abort', cancel);
            resolve();
          },
        };
        if (signal.aborted) {
          reject(new Failure('cancelled', ''));
          return;
        }
        signal.addEventListener('abort', cancel, { once: true });
        waiting.push(entry);
        if (timer === undefined) serve();
      });
    },
  };
}

/** For how long unused bandwidth is kept. */
const savedMs = 250;

interface Waiting {
  readonly bytes: number;
  grant(): void;
}
