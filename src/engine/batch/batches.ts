import type { LogEntry } from '../../protocol/host';
import type { Report } from '../../protocol/reports';
import type { Work } from '../../protocol/rows';
import type { BatchEvents, BatchStep, StepResult, Outcome } from './batch';
import type { Outage } from '../network/circuitBreaker';
import type { Comparison } from '../comparison/comparison';
import type { Comparisons } from '../comparison/comparisons';
import { toAbsolutePath } from '../disk/filePath';
import type { RecentReports } from './reports';
import { KeyedLock } from '../concurrency/keyedLock';
import { describeReport, toReport } from './report';
import type { StatePublisher } from '../state/statePublisher';
import type { TransferControl } from '../network/transferControl';
import { describeFailure } from '../failures/failure';

/** What the batches are shown in, and what bounds them. */
export interface BatchesDeps {
  readonly comparisons: Comparisons;
  readonly reports: RecentReports;
  readonly publisher: StatePublisher;
  readonly traffic: TransferControl;
  readonly onLog: (entry: LogEntry) => void;
}

/** A plan that is about to run, and what goes with its kind of work. */
export interface BatchToRun<S extends BatchStep, R extends StepResult> {
  readonly work: Work;
  readonly plan: { readonly id: number; readonly steps: readonly S[] };
  /** Takes what became of a step into its row. */
  readonly settle: (comparison: Comparison, outcome: Outcome<S, R>) => void;
  readonly start: (events: BatchEvents<S, R>) => Promise<readonly Outcome<S, R>[]>;
}

/** The batches under way, in whichever direction: shown, paused and reported alike. */
export class Batches {
  readonly #parts: BatchesDeps;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #fileLock = new KeyedLock();
  #outage: Outage | undefined;

  constructor(deps: BatchesDeps) {
    this.#parts = deps;
  }

  get underWay(): Iterable<Promise<unknown>> {
    return this.#underWay;
  }

  /** Runs the steps of a plan, shows what becomes of them, and reports. */
  async run<S extends BatchStep, R extends StepResult>(batch: BatchToRun<S, R>): Promise<Report> {
    const { work, plan, start } = batch;
    const { comparisons, reports, publisher, onLog } = this.#parts;
    // So that nobody sends a file again that is only waiting for its turn.
    for (const { route, path } of plan.steps) {
      comparisons.of(route.target)?.setActivity(path, { kind: 'waiting' });
    }
    const running = start({
      fileLock: this.#fileLock,
      onProgress: progress => {
        publisher.batch(progress);
      },
      onStarted: ({ route, path }) => {
        comparisons.of(route.target)?.setActivity(path, { kind: 'under-way', work });
      },
      onEnded: outcome => {
        this.#settle(outcome, batch);
      },
    });
    this.#underWay.add(running);
    try {
      const outcomes = await running;
      reports.add(plan.id, outcomes);
      const report = toReport(work, plan.id, outcomes);
      onLog({ level: 'info', message: describeReport(report) });
      return report;
    } finally {
      this.#underWay.delete(running);
      // A pause is for what was under way; what begins after it is not meant.
      if (this.#underWay.size === 0) this.resume();
      publisher.batchEnded(plan.id);
    }
  }

  /** Lets no byte of any batch move until `resume`. */
  pause(): void {
    if (this.#underWay.size === 0) return;
    this.#parts.traffic.pause();
    this.#tellPause();
  }

  /** Ends a pause that was asked for, and tries at once whether one that was not has to go on. */
  resume(): void {
    const { traffic } = this.#parts;
    traffic.resume();
    traffic.probeNow();
    this.#tellPause();
  }

  /** All batches wait for the store, or no longer do. */
  interrupted(outage: Outage | undefined): void {
    this.#outage = outage;
    this.#tellPause();
    if (outage === undefined) return;
    const message = `Waiting to go on: ${describeFailure(outage.failure)}`;
    this.#parts.onLog({ level: 'warning', message });
  }

  #tellPause(): void {
    const { traffic, publisher } = this.#parts;
    if (traffic.isPaused) {
      publisher.paused({ kind: 'asked-for' });
    } else if (this.#outage === undefined) {
      publisher.paused(undefined);
    } else {
      const { kind, failure } = this.#outage;
      publisher.paused({ kind, failure: failure.toRecord() });
    }
  }

  /** Takes what became of a step into the comparison at hand. */
  #settle<S extends BatchStep, R extends StepResult>(
    outcome: Outcome<S, R>,
    { settle }: BatchToRun<S, R>,
  ): void {
    const { comparisons, onLog } = this.#parts;
    const { route, path } = outcome.step;
    const receipt = outcome.kind === 'done' ? outcome.result.receipt : undefined;
    // In the same turn: whatever happens next, what has been proved is known.
    if (receipt !== undefined) route.receipts.put(receipt);
    const comparison = comparisons.of(route.target);
    if (outcome.kind === 'failed' || outcome.kind === 'skipped') {
      onLog({ level: 'warning', message: `${path}: ${describeFailure(outcome.failure)}` });
    }
    if (comparison === undefined) return;
    settle(comparison, outcome);
    // Changes that came while the file was on its way were left until now.
    const places = outcome.kind === 'done' ? [path, outcome.result.local.path] : [path];
    const changed = [...new Set(places)].map(place => toAbsolutePath(route.root, place));
    void comparisons.filesChanged(route.target.folder, changed);
  }
}
