import { Failure } from '../failures/failure';

/** Those who wait for bytes to be theirs, in the order of asking. */
export interface FifoQueue {
  /** How many bytes the first one waits for; `undefined` where nobody waits. */
  readonly first: number | undefined;
  /** Lets the first one go on. */
  grant(): void;
  /** Waits until it is granted. Throws `cancelled` where the signal is aborted before. */
  wait(bytes: number, signal: AbortSignal): Promise<void>;
}

/** `serve` grants what can be granted; it is called whenever somebody comes, or gives up. */
export function fifoQueue(serve: () => void): FifoQueue {
  const waiting: Waiting[] = [];
  return {
    get first() {
      return waiting[0]?.bytes;
    },
    grant() {
      waiting.shift()?.grant();
    },
    wait: (bytes, signal) =>
      new Promise<void>((resolve, reject) => {
        const cancel = (): void => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(new Failure('cancelled', ''));
          serve();
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
        serve();
      }),
  };
}

interface Waiting {
  readonly bytes: number;
  grant(): void;
}
