import type { PlanSummary, Scope } from '../../protocol/plans';
import type { Report } from '../../protocol/reports';
import type { Batches } from '../batch/batches';
import type { HeldPlans } from './heldPlans';
import { wouldEmpty, isOfUnknownOrigin, summarize } from './plan';
import { rememberSteps } from './rememberSteps';
import type { UnfinishedTotals } from './unfinishedTotals';
import { selectScope, type Known, type ScopeSelection } from './scopeSelection';
import { applyOutcome } from './applyOutcome';
import type { StatePublisher } from '../state/statePublisher';
import { isInterrupted, transfer, type TransferRequest } from './transfer';
import { versioningOf } from '../batch/versioningOf';
import type { ComparisonJob } from '../comparison/job';

/** What back-ups work with, beside what they are asked for. */
export interface BackUpsDeps extends Known, Pick<TransferRequest, 'semaphore' | 'traffic'> {
  readonly batches: Batches;
  readonly publisher: StatePublisher;
  readonly plans: HeldPlans;
  readonly remaining: UnfinishedTotals;
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

export function backUps(deps: BackUpsDeps): BackUps {
  const { batches, publisher, semaphore, plans, remaining, traffic, ended } = deps;
  return {
    async select(job, scope, signal) {
      try {
        return await selectScope(deps, job, scope, signal);
      } finally {
        if (scope.kind === 'remaining') {
          // It leaves out what has arrived in another way.
          remaining.count([job]);
          publisher.changed();
        }
      }
    },
    async hold(selections, signal) {
      const steps = selections.flatMap(selection => selection.steps);
      const overwriting = steps.filter(step => isOfUnknownOrigin(step) || wouldEmpty(step));
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
          settle: applyOutcome,
          start: events =>
            transfer({
              ...events,
              plan,
              semaphore,
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
