import {
  EventEmitter,
  type Disposable,
  type Event,
  type LogOutputChannel,
  type Memento,
} from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { Report } from '../../protocol/reports';
import type { EngineClient } from '../client/engineClient';
import type { FinishedBatch } from './finishedBatch';
import { isReportKept, keepReport, keptReport, type KeptReport } from './keptReport';

export interface ReportsDeps {
  readonly engine: Pick<EngineClient, 'sendRequest' | 'onDidChangeState'>;
  readonly log: Pick<LogOutputChannel, 'warn'>;
  /** Of the workspace, over its windows. */
  readonly memory: Memento;
}

/** The last batch of this window, for as long as the engine remembers it, and what is kept of it. */
export class Reports implements Disposable {
  readonly #onDidChange = new EventEmitter<void>();
  readonly #listening: Disposable;
  readonly #deps: ReportsDeps;
  #last: FinishedBatch | undefined;

  readonly onDidChange: Event<void> = this.#onDidChange.event;

  constructor(deps: ReportsDeps) {
    this.#deps = deps;
    this.#listening = deps.engine.onDidChangeState(state => {
      if (state.kind !== 'failed') return;
      if (state.failures.some(({ failure }) => failure.code === 'engine-stopped')) {
        this.#set(undefined);
      }
    });
  }

  get last(): FinishedBatch | undefined {
    return this.#last;
  }

  /** What the workspace remembers of its last batch, in whichever window it ran. */
  get kept(): KeptReport | undefined {
    return keptReport(this.#deps.memory);
  }

  get isKept(): boolean {
    return isReportKept(this.#deps.memory);
  }

  add(report: Report, setups: readonly FolderSetup[], conflicts: number): FinishedBatch {
    const finished = { report, setups, conflicts, endedAt: Date.now() };
    this.#set(finished);
    keepReport(this.#deps, finished).catch((error: unknown) => {
      this.#deps.log.warn(`The report is not kept for later windows: ${String(error)}`);
    });
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
