import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfCancelled } from '../failures/failure';

/**
 * Cuts long synchronous work into slices, so that the thread stays free for answers from the
 * network and for Cancel. Synchronous calls in slices cost half of what a promise for each call does.
 */
export class TimeSlice {
  #end = performance.now() + sliceMs;

  constructor(readonly signal: AbortSignal) {}

  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Lets others run, then begins the next slice. Throws `cancelled`, with what was worked on. */
  async next(subject: string): Promise<void> {
    await nextTurn();
    throwIfCancelled(this.signal, subject);
    this.#end = performance.now() + sliceMs;
  }
}

const sliceMs = 4;
