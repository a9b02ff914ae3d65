import { keysBetweenGuides } from './keyOrder';

/**
 * Decides from how many places a list is read at the same time: from twice as many as long as pages
 * come faster by it, which says how far away the store is and how busy this computer.
 */
export class ListingPace {
  #pages = 0;
  #splits = 0;
  #width = 1;
  #isSettled = false;
  /** When the width was reached, and how many pages had come by then. */
  #since = performance.now();
  #pagesBefore = 0;
  #rateBefore = 0;

  /** Call it for each page, with the number of places that are being read. */
  came(lanes: number): void {
    this.#pages++;
    if (this.#isSettled || lanes < this.#width) return;
    const pages = this.#pages - this.#pagesBefore;
    if (pages < this.#width * pagesToMeasure) return;
    const rate = pages / Math.max(1, performance.now() - this.#since);
    this.#isSettled = rate < this.#rateBefore * worthwhile || this.#width === maxLanes;
    if (this.#isSettled) return;
    this.#rateBefore = rate;
    this.#width *= 2;
    this.#begin();
  }

  /** Whether another place may be read from. `guides` tells how many of them there are. */
  allows(lanes: number, guides: () => number): boolean {
    if (lanes >= this.#width) return false;
    const isPaid = (pages: number) => this.#splits + 1 <= Math.floor(pages / pagesForSplit);
    // What is known of earlier may have gone: half of it counts.
    return isPaid(this.#pages) || isPaid((guides() * keysBetweenGuides) / keysOnPage / 2);
  }

  split(): void {
    this.#splits++;
    this.#begin();
  }

  #begin(): void {
    this.#since = performance.now();
    this.#pagesBefore = this.#pages;
  }
}

const keysOnPage = 1000;

/** Each place costs a request more, which must not be a tenth of all. */
const pagesForSplit = 12;
const pagesToMeasure = 2;
/** A fifth more of pages in the same time. */
const worthwhile = 1.2;
const maxLanes = 8;
