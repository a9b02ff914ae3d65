import type { Report } from '../../protocol/reports';
import type { BackUps } from '../backup/backUps';
import type { Batches } from '../batch/batches';
import { workOf, type FreeUpOutcome, type FreeUps } from '../freeUp/freeUps';
import { applyFreed } from '../freeUp/applyFreed';
import type { Restores } from '../restore/restores';
import { applyRestored } from '../restore/applyRestored';

export interface RunPlanDeps {
  readonly backUps: BackUps;
  readonly batches: Batches;
  readonly freeUps: FreeUps;
  readonly restores: Restores;
}

/** Carries out a plan of whichever kind, once. */
export async function runPlan(
  { backUps, batches, freeUps, restores }: RunPlanDeps,
  planId: number,
  signal: AbortSignal,
): Promise<Report> {
  const restore = restores.take(planId);
  if (restore !== undefined) {
    return batches.run({
      work: 'restore',
      plan: restore,
      settle: applyRestored,
      start: events => restores.run(restore, events, signal),
    });
  }
  const freeing = freeUps.take(planId);
  if (freeing !== undefined) {
    const work = workOf(freeing.way);
    return batches.run({
      work,
      plan: freeing,
      settle: (comparison, outcome: FreeUpOutcome) => {
        applyFreed(comparison, outcome, work);
      },
      start: events => freeUps.run(freeing, events, signal),
    });
  }
  return backUps.run(planId, signal);
}
