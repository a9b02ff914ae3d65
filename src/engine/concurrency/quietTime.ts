import { setTimeout as delay } from 'node:timers/promises';
import type { Attention } from '../../protocol/comparisons';
import { isCancelled, throwIfCancelled } from '../failures/failure';
import { settledOrAborted } from './keyedLock';

/** Something done in one go, before anybody else had a turn. */
export interface Piece {
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** Whether a slow disk made it last. */
  readonly isSlow: boolean;
}

/** Work that is done in pieces. */
export type Pieces = AsyncGenerator<Piece, void, void>;

export interface Clock {
  /** In milliseconds. */
  readonly now: () => number;
  /** Rejects when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal, ref: false }),
};

/**
 * Decides when work goes on that nobody waits for: looks at the disk, and proofs by content. It goes
 * on while somebody is there to see what comes of it, takes a tenth of the time at the most, less on
 * slow disks, and rests while work goes on that somebody waits for. Looks come before proofs.
 */
export class QuietTime {
  readonly #ended: AbortSignal;
  readonly #clock: Clock;
  #attention: Attention = 'there';
  /** How much work goes on that somebody waits for. */
  #awaited = 0;
  /** When all that was spent has been rested from. */
  #restedAt = -Infinity;
  #runningLook: Promise<void> | undefined;
  #waitingLook: Promise<void> | undefined;
  /** Called when what quiet work waits for has changed. */
  #onChange: (() => void)[] = [];

  constructor(ended: AbortSignal, clock = systemClock) {
    this.#ended = ended;
    this.#clock = clock;
  }

  attend(attention: Attention): void {
    this.#attention = attention;
    this.#changed();
  }

  /**
   * Runs a look. At most one runs and one waits: a look that is asked for while one waits is that
   * one, since it will see all that has happened until now. It begins when all rest is over, so that
   * after a look of 10 ms the next one waits for 90 ms.
   */
  look(start: () => Pieces): Promise<void> {
    this.#waitingLook ??= this.#lookAfter(this.#runningLook, start);
    return this.#waitingLook;
  }

  /** Waits until other work than a look at everything may go on. Throws `cancelled`. */
  turn(signal: AbortSignal): Promise<void> {
    const noLook = () => this.#runningLook === undefined && this.#waitingLook === undefined;
    return this.#untilFree(noLook, signal);
  }

  /** Waits by the clock that quiet work goes by. Throws `cancelled`. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#clock.sleep(ms, signal);
    } catch (error) {
      throwIfCancelled(signal, '');
      throw error;
    }
  }

  /** Lets quiet work rest while work goes on that somebody waits for. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#awaited++;
    try {
      return await work();
    } finally {
      this.#awaited--;
      this.#changed();
    }
  }

  /** Counts what was done in the background, or might have been: it has to be rested from. */
  spent({ ms, isSlow }: Piece): void {
    const rest = ms * (isSlow ? slowRest : usualRest);
    const begun = this.#clock.now() - ms;
    this.#restedAt = Math.max(this.#restedAt, begun) + ms + rest;
  }

  async #lookAfter(before: Promise<void> | undefined, start: () => Pieces): Promise<void> {
    try {
      if (before !== undefined) await settledOrAborted([before], this.#ended);
      await this.#untilRested();
      this.#runningLook = this.#waitingLook;
      this.#waitingLook = undefined;
      for await (const piece of start()) {
        this.spent(piece);
        await this.#untilFree(() => true, this.#ended);
      }
    } catch (error) {
      if (!isCancelled(error)) throw error;
    } finally {
      this.#runningLook = undefined;
      this.#changed();
    }
  }

  /** Waits until nothing is left to rest from, and then until quiet work may go on. */
  async #untilRested(): Promise<void> {
    do {
      await this.#untilFree(() => true, this.#ended);
      const left = this.#restedAt - this.#clock.now();
      if (left > 0) await this.sleep(left, this.#ended);
    } while (this.#restedAt > this.#clock.now());
  }

  async #untilFree(isMyTurn: () => boolean, signal: AbortSignal): Promise<void> {
    for (;;) {
      throwIfCancelled(signal, '');
      if (this.#attention === 'away' || this.#awaited > 0 || !isMyTurn()) {
        const changed = new Promise<void>(resolve => this.#onChange.push(resolve));
        await settledOrAborted([changed], signal);
        continue;
      }
      const tooEarly = this.#restedAt - this.#clock.now() - credit;
      if (tooEarly <= 0) return;
      await this.sleep(tooEarly, signal);
    }
  }

  #changed(): void {
    const waiting = this.#onChange;
    this.#onChange = [];
    for (const resolve of waiting) resolve();
  }
}

/** How many milliseconds of rest each one of work asks for: a tenth of the time is spent on work. */
const usualRest = 9;
/** On slow disks others wait for what the looks ask of the disk. */
const slowRest = 19;
/** How many milliseconds of rest may be put off, so that what is soon done is done at once. */
const credit = usualRest * 100;
