import { Failure } from '../failures/failure';
import { FifoQueue } from './fifoQueue';

/** What a semaphore bounds: things at once, and their bytes in memory. */
export interface SemaphoreLimits {
  readonly places: number;
  readonly bytes: number;
}

/**
 * Bounds how many things are in flight and how many bytes they hold. It serves in the order of
 * asking, so that small files do not starve a large one.
 */
export class Semaphore {
  readonly #bytes: number;
  #places: number;
  #freePlaces: number;
  #freeBytes: number;
  readonly #queue = new FifoQueue(() => {
    this.#serve();
  });

  constructor({ places, bytes }: SemaphoreLimits) {
    this.#bytes = this.#freeBytes = bytes;
    this.#places = this.#freePlaces = places;
  }

  /** Whether whoever asks now has to wait for a place. */
  get arePlacesTaken(): boolean {
    return this.#freePlaces <= 0;
  }

  /** Changes the number of places; whoever has one keeps it. */
  setPlaces(places: number): void {
    this.#freePlaces += places - this.#places;
    this.#places = places;
    this.#serve();
  }

  /**
   * Waits for a place and for `bytes`, and returns the function that releases both. More bytes than
   * there are take all of them. Throws `cancelled` if the signal is aborted meanwhile.
   */
  async acquire(bytes: number, signal: AbortSignal): Promise<() => void> {
    const amount = Math.min(bytes, this.#bytes);
    await this.#queue.wait(amount, signal);
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      this.#freePlaces++;
      this.#freeBytes += amount;
      this.#serve();
    };
    // The same signal may have cancelled the one before, which let this one in.
    if (signal.aborted) {
      release();
      throw new Failure('cancelled', '');
    }
    return release;
  }

  #serve(): void {
    for (let first = this.#queue.first; first !== undefined; first = this.#queue.first) {
      if (this.#freePlaces <= 0 || this.#freeBytes < first) return;
      this.#freePlaces--;
      this.#freeBytes -= first;
      this.#queue.grant();
    }
  }
}
