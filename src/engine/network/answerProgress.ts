/**
 * Tells an answer that only trickles from one that comes slowly: a byte now and then keeps a socket
 * from seeming idle for ever. Time counts only while bytes are waited for.
 */
export class AnswerProgress {
  #bytes = 0;
  #waitedMs = 0;
  #windowsInARow = 0;

  /**
   * Adds what has come, and how long it was waited for. Returns how many windows in a row, up to
   * now, have brought too little.
   */
  add(bytes: number, waitedMs: number): number {
    this.#bytes += bytes;
    this.#waitedMs += waitedMs;
    if (this.#bytes >= minBytes) this.#begin(0);
    else if (this.#waitedMs >= windowMs) this.#begin(this.#windowsInARow + 1);
    return this.#windowsInARow;
  }

  #begin(windowsInARow: number): void {
    this.#bytes = 0;
    this.#waitedMs = 0;
    this.#windowsInARow = windowsInARow;
  }
}

/** The slowest networks that anyone works by bring a hundred times more in that time. */
const minBytes = 1 << 10;

/** Longer than the silence that a socket is allowed, so that one pause is no stall. */
const windowMs = 60_000;
