import { Failure } from '../failures/failure';
import { fifoQueue } from './fifoQueue';

/**
 * Bounds what is in flight: a number of things at once and a number of bytes in memory. Served in
 * the order of asking, so that a large file is not starved by small ones.
 */
export interface Semaphore {
  /**
   * Waits for a place for `bytes` and gives the function that returns it. What is larger than the
   * whole budget gets it alone. Throws `cancelled` where the signal is aborted meanwhile.
   */
  acquire(bytes: number, signal: AbortSignal): Promise<() => void>;
}

interface ResizableBudget extends Semaphore {
  /** Changes the number of places; what has one keeps it. */
  setPlaces(places: number): void;
}

export function semaphore(places: number, bytes: number): ResizableBudget {
  let allPlaces = places;
  let freePlaces = places;
  let freeBytes = bytes;
  const line = fifoQueue(serve);

  function serve(): void {
    for (let first = line.first; first !== undefined; first = line.first) {
      if (freePlaces <= 0 || freeBytes < first) return;
      freePlaces--;
      freeBytes -= first;
      line.grant();
    }
  }

  return {
    setPlaces(wanted) {
      freePlaces += wanted - allPlaces;
      allPlaces = wanted;
      serve();
    },
    async acquire(wanted, signal) {
      const amount = Math.min(wanted, bytes);
      await line.wait(amount, signal);
      let returned = false;
      const giveBack = () => {
        if (returned) return;
        returned = true;
        freePlaces++;
        freeBytes += amount;
        serve();
      };
      // Whoever was cancelled a moment earlier may have left the place to one with the same signal.
      if (signal.aborted) {
        giveBack();
        throw new Failure('cancelled', '');
      }
      return giveBack;
    },
  };
}
