import type { FailureCode } from '../../protocol/failures';
import { runBatch, type BatchEvents, type Outcome } from '../batch/batch';
import { restoreFile, type Restored, type RestoreDeps } from './restoreFile';
import type { RestorePlan, RestoreStep } from './restorePlan';

/** What became of the restoring of one file. */
export type RestoreOutcome = Outcome<RestoreStep, Restored>;

export interface RestoreRun extends BatchEvents<RestoreStep, Restored>, RestoreDeps {
  readonly plan: RestorePlan;
  readonly signal: AbortSignal;
}

/** Restores what a plan names. */
export function runRestore({ plan, ...request }: RestoreRun): Promise<readonly RestoreOutcome[]> {
  return runBatch({
    ...request,
    work: 'restore',
    planId: plan.id,
    steps: plan.steps,
    bytesOf: ({ cloud, refusal }) => (refusal === undefined ? cloud.size : 0),
    run: (step, onBytes) => restoreFile(step, request, request.signal, onBytes),
    isSkipped: ({ code }) => skipped.has(code),
  });
}

/** What is not a failure of ours: a side is not what the plan saw, or there is no place for it. */
const skipped = new Set<FailureCode>([
  'changed-in-cloud',
  'changed-here',
  'unsafe-name',
  'odd-entry',
  'in-the-way',
]);
