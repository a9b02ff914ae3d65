import type { Report } from '../../protocol/reports';
import type { BackUps } from '../backup/backUps';
import type { Batches } from '../batch/batches';
import { workOf, type FreeOutcome, type Freeings } from '../freeUp/freeUps';
import { settleFreed } from '../freeUp/applyFreed';
import type { Restores } from '../restore/restores';
import { settleRestored } from '../restore/applyRestored';

export interface RunPlanParts {
  readonly backUps: BackUps;
  readonly batches: Batches;
  readonly freeings: Freeings;
  readonly restores: Restores;
}

/** Carries out a plan of whichever kind, once. */
export async function runPlan(
  { backUps, batches, freeings, restores }: RunPlanParts,
  planId: number,
  signal: AbortSignal,
): Promise<Report> {
  const restore = restores.take(planId);
  if (restore !== undefined) {
    return batches.run({
      work: 'restore',
      plan: restore,
      settle: settleRestored,
      start: events => restores.run(restore, events, signal),
    });
  }
  const freeing = freeings.take(planId);
  if (freeing !== undefined) {
    const work = workOf(freeing.way);
    return batches.run({
      work,
      plan: freeing,
      settle: (comparison, outcome: FreeOutcome) => {
        settleFreed(comparison, outcome, work);
      },
      start: events => freeings.run(freeing, events, signal),
    });
  }
  return backUps.run(planId, signal);
}
