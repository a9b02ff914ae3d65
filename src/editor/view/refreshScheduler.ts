import { EventEmitter, type Disposable, type Event } from 'vscode';

/**
 * Schedules when the view is drawn: at once if it has not been drawn for a while, and never faster
 * than VS Code can follow. VS Code redraws a tree only after 200 ms without changes, so a steady
 * stream of them, or two streams out of step, would leave it as it was.
 */
export class RefreshScheduler implements Disposable {
  readonly #onDidBeat = new EventEmitter<void>();
  #next: NodeJS.Timeout | undefined;
  #isWanted = false;

  readonly onDidRefresh: Event<void> = this.#onDidBeat.event;

  /** Asks for a redraw. */
  readonly request = (): void => {
    this.#isWanted = true;
    this.#next ??= setTimeout(this.#beat, gatherMs);
  };

  dispose(): void {
    clearTimeout(this.#next);
    this.#onDidBeat.dispose();
  }

  readonly #beat = (): void => {
    if (!this.#isWanted) {
      this.#next = undefined;
      return;
    }
    this.#isWanted = false;
    this.#next = setTimeout(this.#beat, minIntervalMs);
    this.#onDidBeat.fire();
  };
}

/** Changes within this time are drawn together. */
const gatherMs = 20;

const minIntervalMs = 300;
