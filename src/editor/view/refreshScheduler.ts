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
  #phase: Phase = 'idle';
  #isWanted = false;
  /** Whether somebody may be waiting for what is wanted. */
  #isUrgent = false;
  /** Whether the next beat may come as soon as VS Code follows; not two in a row, without a rest. */
  #mayHurry = true;

  readonly onDidRefresh: Event<void> = this.#onDidBeat.event;

  /** Asks for a redraw, in which numbers and sentences change. */
  readonly request = (): void => {
    this.#isWanted = true;
    if (this.#phase === 'idle' || this.#phase === 'gathering-longer') {
      this.#gather('gathering', gatherMs);
    }
  };

  /** Asks for a redraw that can wait for one of a row. */
  readonly requestLater = (): void => {
    this.#isWanted = true;
    if (this.#phase === 'idle') this.#gather('gathering-longer', gatherLongerMs);
  };

  /** Asks for a redraw of what somebody may be waiting for: in this turn, if VS Code follows. */
  readonly requestNow = (): void => {
    this.#isWanted = true;
    this.#isUrgent = true;
    if (this.#phase === 'drawn' || (this.#phase === 'drawable' && !this.#mayHurry)) return;
    if (this.#phase === 'drawable') this.#mayHurry = false;
    this.#phase = 'drawn';
    clearTimeout(this.#next);
    // Whoever else listens to what has changed is told first.
    queueMicrotask(this.#beat);
  };

  dispose(): void {
    this.#isWanted = false;
    clearTimeout(this.#next);
    this.#onDidBeat.dispose();
  }

  #gather(phase: Phase, ms: number): void {
    clearTimeout(this.#next);
    this.#phase = phase;
    this.#next = setTimeout(this.#beat, ms);
  }

  readonly #beat = (): void => {
    if (!this.#isWanted) {
      this.#phase = 'idle';
      this.#mayHurry = true;
      return;
    }
    if (!this.#isUrgent) this.#mayHurry = true;
    this.#isWanted = false;
    this.#isUrgent = false;
    this.#phase = 'drawn';
    this.#onDidBeat.fire();
    // Counts from the last of what was changed, as VS Code does.
    this.#next = setTimeout(this.#afterFollowing, followsMs);
  };

  readonly #afterFollowing = (): void => {
    if (this.#isUrgent && this.#mayHurry) {
      this.#mayHurry = false;
      this.#beat();
      return;
    }
    this.#phase = 'drawable';
    this.#next = setTimeout(this.#beat, minIntervalMs - followsMs);
  };
}

type Phase =
  | 'idle'
  | 'gathering'
  | 'gathering-longer'
  /** VS Code would hold back what changes now. */
  | 'drawn'
  /** VS Code would draw again, but a steady stream has to wait a little more. */
  | 'drawable';

/**
 * Changes within this time are drawn together. A file that is backed up within it is drawn first, so
 * that its row does not wait behind a message that says so.
 */
const gatherMs = 100;

/** In this time a file is backed up, or its row says that this lasts. */
const gatherLongerMs = 300;

/** VS Code draws at once what changes 200 ms after the last change; timers of one process keep order. */
const followsMs = 210;

const minIntervalMs = 300;
