import { EventEmitter, type Disposable, type Event } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { Report } from '../../protocol/reports';
import type { EngineClient } from '../client/engineClient';

/** A finished batch's report, with the folders it worked on. */
export interface FinishedBatch {
  readonly report: Report;
  readonly setups: readonly FolderSetup[];
  /** Files that were asked for but left out, because they were changed in the cloud. */
  readonly conflicts: number;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
}

/** The last batch of this window, for as long as the engine remembers it. */
export class Reports implements Disposable {
  readonly #onDidChange = new EventEmitter<void>();
  readonly #listening: Disposable;
  #last: FinishedBatch | undefined;

  readonly onDidChange: Event<void> = this.#onDidChange.event;

  constructor(engine: EngineClient) {
    this.#listening = engine.onDidChangeState(state => {
      if (state.kind !== 'failed') return;
      if (state.failures.some(({ failure }) => failure.code === 'engine-stopped')) {
        this.#set(undefined);
      }
    });
  }

  get last(): FinishedBatch | undefined {
    return this.#last;
  }

  add(report: Report, setups: readonly FolderSetup[], conflicts: number): FinishedBatch {
    const finished = { report, setups, conflicts, endedAt: Date.now() };
    this.#set(finished);
    return finished;
  }

  dispose(): void {
    this.#listening.dispose();
    this.#onDidChange.dispose();
  }

  #set(last: FinishedBatch | undefined): void {
    this.#last = last;
    this.#onDidChange.fire();
  }
}
