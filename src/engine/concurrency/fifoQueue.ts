import { Failure } from '../failures/failure';

/** Requests for a number of bytes, granted in the order of asking. */
export class FifoQueue {
  readonly #waiting: Waiting[] = [];
  readonly #serve: () => void;

  /** `serve` grants what can be granted; it is called when a request comes or is cancelled. */
  constructor(serve: () => void) {
    this.#serve = serve;
  }

  /** The bytes of the first request; `undefined` if nobody waits. */
  get first(): number | undefined {
    return this.#waiting[0]?.bytes;
  }

  /** Grants the first request. */
  grant(): void {
    this.#waiting.shift()?.grant();
  }

  /** Waits until the request is granted. Throws `cancelled` if the signal is aborted before. */
  wait(bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const cancel = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(new Failure('cancelled', ''));
        this.#serve();
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
      this.#waiting.push(entry);
      this.#serve();
    });
  }
}

interface Waiting {
  readonly bytes: number;
  grant(): void;
}
