import { EventEmitter, type Disposable, type Event, type LogOutputChannel } from 'vscode';
import type { FailureRecord } from '../../protocol/failures';
import { failureLine, toFailureRecord } from '../failures/failed';

/**
 * What is done without anybody asking for it just then. It asks nothing and opens no message: what
 * went wrong is kept until the next work of its kind ends well, for the status bar.
 */
export class Automation implements Disposable {
  readonly #failures = new Map<AutomaticWork, FailureRecord>();
  readonly #onDidChange = new EventEmitter<void>();
  readonly #log: Pick<LogOutputChannel, 'warn'>;

  readonly onDidChange: Event<void> = this.#onDidChange.event;

  constructor(log: Pick<LogOutputChannel, 'warn'>) {
    this.#log = log;
  }

  get failures(): ReadonlyMap<AutomaticWork, FailureRecord> {
    return this.#failures;
  }

  /** Never rejects. */
  async run(work: AutomaticWork, run: () => Promise<void>): Promise<void> {
    try {
      await run();
      if (this.#failures.delete(work)) this.#onDidChange.fire();
    } catch (error) {
      const failure = toFailureRecord(error);
      if (failure.code === 'cancelled') return;
      this.#log.warn(`Automatic ${work}: ${failureLine(failure)}`);
      this.#failures.set(work, failure);
      this.#onDidChange.fire();
    }
  }

  dispose(): void {
    this.#onDidChange.dispose();
  }
}

export type AutomaticWork = 'back-up' | 'comparison';
