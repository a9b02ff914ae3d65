import { EventEmitter, type Disposable, type Event } from 'vscode';

/**
 * Schedules when the view is drawn: a row at once if nothing has been drawn for a while, anything else
 * soon, and never faster than VS Code can follow. VS Code redraws a tree at once after 200 ms without
 * changes, else only when 200 ms without them have passed, so a steady stream of them, or two streams
 * out of step, would leave it as it was; and what is drawn first delays what follows.
 */
export class RefreshScheduler implements Disposable {
  readonly #onDidBeat = new EventEmitter<void>();
  #next: NodeJS.Timeout | undefined;
  #isWanted = false;
  #isResting = false;

  readonly onDidRefresh: Event<void> = this.#onDidBeat.event;

  /** Asks for a redraw, in which numbers and sentences change. */
  readonly request = (): void => {
    this.#isWanted = true;
    this.#next ??= setTimeout(this.#beat, gatherMs);
  };

  /** Asks for a redraw of what somebody may be waiting for: in this turn, if nothing was just drawn. */
  readonly requestNow = (): void => {
    this.#isWanted = true;
    if (this.#isResting) return;
    this.#isResting = true;
    clearTimeout(this.#next);
    // Whoever else listens to what has changed is told first.
    queueMicrotask(this.#beat);
  };

  dispose(): void {
    this.#isWanted = false;
    clearTimeout(this.#next);
    this.#onDidBeat.dispose();
  }

  readonly #beat = (): void => {
    this.#isResting = this.#isWanted;
    if (!this.#isWanted) {
      this.#next = undefined;
      return;
    }
    this.#isWanted = false;
    this.#next = setTimeout(this.#beat, minIntervalMs);
    this.#onDidBeat.fire();
  };
}

/**
 * Changes within this time are drawn together. A file that is backed up within it is drawn first, so
 * that its row does not wait behind a message that says so.
 */
const gatherMs = 100;

const minIntervalMs = 300;
