import { EventEmitter, type Disposable, type Event } from 'vscode';

/**
 * The beat in which the view is drawn: at once where nothing has been drawn for a while, and never
 * faster than VS Code takes it. It draws rows and message of a tree only after 200 ms of quiet, so
 * that a steady stream of changes, or two streams out of step, would leave it as it was.
 */
export class RefreshScheduler implements Disposable {
  readonly #onDidBeat = new EventEmitter<void>();
  #next: NodeJS.Timeout | undefined;
  #isWanted = false;

  readonly onDidRefresh: Event<void> = this.#onDidBeat.event;

  /** Asks for a beat. */
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

/** What happens at the same moment is drawn together. */
const gatherMs = 20;

const minIntervalMs = 300;
