import { racyWindow } from '../disk/untilNotRacy';

/** The clock of this process, which a test lets run ahead of the disk's, until `restore`. */
export class MovableClock {
  readonly #now = Date.now;
  #aheadMs = 0;

  constructor() {
    Date.now = () => this.#now() + this.#aheadMs;
  }

  /** Makes the changes so far old enough for a reading to count, without the wait of `untilNotRacy`. */
  passRacyWindow(): void {
    this.pass(racyWindow);
  }

  pass(ms: number): void {
    this.#aheadMs += ms;
  }

  restore(): void {
    Date.now = this.#now;
  }
}
