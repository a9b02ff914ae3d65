import type { LogEntry } from '../../protocol/host';
import type { Report } from '../../protocol/reports';
import type { Comparisons } from '../comparison/comparisons';
import type { Width } from '../concurrency/parallel';
import { toAbsolutePath } from '../disk/filePath';
import { describeFailure, type Failure } from '../failures/failure';
import type { Outage } from '../network/circuitBreaker';
import type { TransferControl } from '../network/transferControl';
import type { StatePublisher } from '../state/statePublisher';
import { runBatch } from './batch';
import type { FileTurns } from './fileTurns';
import type { PlanKind, PlanRun } from './planKind';
import { describeReport, toReport, type RecentReports } from './reports';
import type { BatchStep, LeftAlone, Outcome, StepResult } from './step';

export interface BatchesDeps {
  readonly comparisons: Comparisons;
  readonly reports: RecentReports;
  readonly publisher: StatePublisher;
  readonly traffic: TransferControl;
  /** How many files each batch works on at a time. */
  readonly lanes: Width;
  readonly fileTurns: Pick<FileTurns, 'acquire'>;
  readonly onLog: (entry: LogEntry) => void;
  /** Lets sources of credentials that have failed be asked again. */
  readonly tryCredentialsAgain: () => void;
}

export interface BatchToRun<Step extends BatchStep, Result extends StepResult> {
  readonly planId: number;
  readonly kind: Pick<
    PlanKind<never, never, unknown, Step, Result>,
    'bytesOf' | 'isSkipped' | 'apply'
  >;
  readonly started: PlanRun<Step, Result>;
  /** What the report is to name beside the steps. */
  readonly leftAlone: readonly LeftAlone[];
  readonly signal: AbortSignal;
}

/** The batches under way: shown, paused and reported alike, whatever they do. */
export class Batches {
  readonly #deps: BatchesDeps;
  readonly #underWay = new Set<Promise<unknown>>();
  #outage: Outage | undefined;

  constructor(deps: BatchesDeps) {
    this.#deps = deps;
  }

  get underWay(): Iterable<Promise<unknown>> {
    return this.#underWay;
  }

  /** Runs the steps of a plan, shows what becomes of them, and reports. */
  async run<Step extends BatchStep, Result extends StepResult>(
    batch: BatchToRun<Step, Result>,
  ): Promise<Report> {
    const { planId, kind, started, leftAlone } = batch;
    const { comparisons, reports, publisher, onLog } = this.#deps;
    const { work, steps } = started;
    // So that nobody sends a file again that is only waiting for its turn.
    for (const { route, path } of steps) {
      comparisons.of(route.target)?.setActivity(path, { kind: 'waiting' });
    }
    const requests = this.#deps.traffic.requests.begin();
    let outcomes: readonly Outcome<Step, Result>[] = [];
    const running = runBatch({
      planId,
      work,
      steps,
      runStep: (step, onBytes) => started.runStep(step, onBytes),
      bytesOf: step => kind.bytesOf(step),
      isSkipped: failure => kind.isSkipped(failure),
      traffic: this.#deps.traffic,
      lanes: this.#deps.lanes,
      fileTurns: this.#deps.fileTurns,
      signal: batch.signal,
      onProgress: progress => {
        publisher.batch(progress);
      },
      onStarted: ({ route, path }) => {
        comparisons.of(route.target)?.setActivity(path, { kind: 'under-way', work });
      },
      keep: async outcome => {
        // In the same turn: whatever happens next, what has been proved is known.
        const receipt = outcome.kind === 'done' ? outcome.result.receipt : undefined;
        if (receipt !== undefined) await outcome.step.route.receipts.putSoon(receipt);
      },
      onEnded: outcome => {
        started.onEnded?.(outcome);
        this.#applyOutcome(outcome, batch);
      },
    });
    this.#underWay.add(running);
    try {
      outcomes = await running;
      reports.add(planId, [...outcomes, ...leftAlone]);
      const report = toReport({ work, planId, outcomes, leftAlone, requests: requests() });
      onLog({ level: 'info', message: describeReport(report) });
      return report;
    } finally {
      this.#underWay.delete(running);
      started.finish?.(outcomes);
      // A pause is for what was under way; what begins after it is not meant.
      if (this.#underWay.size === 0) this.#goOn();
      publisher.batchEnded(planId);
    }
  }

  /** Lets no byte of any batch move until `resume`. */
  pause(): void {
    if (this.#underWay.size === 0) return;
    this.#deps.traffic.pause();
    this.#publishPause();
  }

  /** Ends a pause that the user asked for, and tests at once whether an outage is over. */
  resume(): void {
    this.#deps.tryCredentialsAgain();
    this.#goOn();
  }

  #goOn(): void {
    this.#deps.traffic.resume();
    this.#deps.traffic.probeNow();
    this.#publishPause();
  }

  /** Tests at once whether an outage is over, with credentials that may be had by now. */
  probe(): void {
    this.#deps.tryCredentialsAgain();
    this.#deps.traffic.probeNow();
  }

  /** All batches wait for the store, or no longer do. */
  interrupted(outage: Outage | undefined): void {
    this.#outage = outage;
    this.#publishPause();
    if (outage !== undefined) this.#warn('Waiting to go on', outage.failure);
  }

  #publishPause(): void {
    const { traffic, publisher } = this.#deps;
    if (traffic.isPaused) {
      publisher.paused({ kind: 'asked-for' });
    } else if (this.#outage === undefined) {
      publisher.paused(undefined);
    } else {
      const { kind, failure } = this.#outage;
      publisher.paused({ kind, failure: failure.toRecord() });
    }
  }

  /** Updates the row by what became of a step. */
  #applyOutcome<Step extends BatchStep, Result extends StepResult>(
    outcome: Outcome<Step, Result>,
    { kind }: BatchToRun<Step, Result>,
  ): void {
    const { comparisons } = this.#deps;
    const { route, path } = outcome.step;
    if (outcome.kind === 'failed' || outcome.kind === 'skipped') this.#warn(path, outcome.failure);
    const comparison = comparisons.of(route.target);
    if (comparison === undefined) return;
    kind.apply(comparison, outcome);
    // Changes that came while the file was on its way were left until now.
    const wasTold = comparison.toldMeanwhile.delete(path);
    if (
      outcome.kind === 'done' &&
      outcome.result.isStillSo === true &&
      !wasTold &&
      !comparisons.concernsOthers(route.target.folder, path)
    ) {
      return;
    }
    const paths = outcome.kind === 'done' ? [path, outcome.result.local.path] : [path];
    const changed = [...new Set(paths)].map(each => toAbsolutePath(route.root, each));
    void comparisons.filesChanged(route.target.folder, changed);
  }

  #warn(about: string, failure: Failure): void {
    this.#deps.onLog({ level: 'warning', message: `${about}: ${describeFailure(failure)}` });
  }
}
