import type { PlanSummary, Scope } from '../../protocol/plans';
import type { Report } from '../../protocol/reports';
import type { Batches } from '../batch/batches';
import type { ComparisonJob } from '../comparison/comparisons';
import type { HeldPlans } from './heldPlans';
import { isEmptying, isUnowned, summarize } from './plan';
import { isInterrupted } from '../network/interruption';
import { rememberSteps } from '../records/unfinishedFiles';
import type { RemainingTotals } from './unfinishedTotals';
import { selectScope, type Known, type ScopeSelection } from './scopeSelection';
import { settleRow } from './applyOutcome';
import type { StateBoard } from '../state/statePublisher';
import { transfer, type TransferRequest } from './transfer';
import { versioningOf } from '../batch/versioningOf';

/** What back-ups work with, beside what they are asked for. */
export interface BackUpsParts extends Known, Pick<TransferRequest, 'budget' | 'traffic'> {
  readonly batches: Batches;
  readonly board: StateBoard;
  readonly plans: HeldPlans;
  readonly remaining: RemainingTotals;
  /** Aborted when the engine ends. */
  readonly ended: AbortSignal;
}

/** The way there: what back-ups were planned, and what becomes of their files. */
export interface BackUps {
  /** What of one folder a back-up would take up. */
  select(job: ComparisonJob, scope: Scope, signal: AbortSignal): Promise<ScopeSelection>;
  /** Keeps what was selected as one plan, and sums it up. */
  hold(selections: readonly ScopeSelection[], signal: AbortSignal): Promise<PlanSummary>;
  /** Carries out a plan, once. */
  run(planId: number, signal: AbortSignal): Promise<Report>;
}

export function backUps(parts: BackUpsParts): BackUps {
  const { batches, board, budget, plans, remaining, traffic, ended } = parts;
  return {
    async select(job, scope, signal) {
      try {
        return await selectScope(parts, job, scope, signal);
      } finally {
        if (scope.kind === 'remaining') {
          // It leaves out what has arrived in another way.
          remaining.count([job]);
          board.changed();
        }
      }
    },
    async hold(selections, signal) {
      const steps = selections.flatMap(selection => selection.steps);
      const overwriting = steps.filter(step => isUnowned(step) || isEmptying(step));
      const versioning = await versioningOf(overwriting, signal);
      const plan = plans.add(steps);
      const [only] = selections;
      const ignored = selections.length === 1 ? only?.ignored : undefined;
      return summarize(plan, selections, ignored, versioning);
    },
    async run(planId, signal) {
      const plan = plans.take(planId);
      const remembered = rememberSteps(plan);
      try {
        return await batches.run({
          work: 'back-up',
          plan,
          settle: settleRow,
          start: events =>
            transfer({
              ...events,
              plan,
              budget,
              traffic,
              signal,
              onEnded: outcome => {
                if (!isInterrupted(outcome)) remembered.settled(outcome.step);
                events.onEnded(outcome);
              },
            }),
        });
      } finally {
        if (!ended.aborted) {
          remembered.end();
          remaining.count(remembered.routes);
        }
      }
    },
  };
}
