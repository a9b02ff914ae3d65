import { compareFiles } from '../comparison/selectEntries';
import type { Comparisons } from '../comparison/comparisons';
import type { FreeUpOutcome } from './freeUps';

/**
 * Compares files anew that were examined and have stayed. Their rows cannot tell the truth: a file
 * that was set aside and put back looks changed, and of a copy more is known than what was listed.
 */
export async function recheckKept(
  comparisons: Comparisons,
  outcomes: readonly FreeUpOutcome[],
  signal: AbortSignal,
): Promise<void> {
  for (const route of new Set(outcomes.map(({ step }) => step.route))) {
    const own = outcomes.filter(({ step }) => step.route === route);
    const paths = own.map(({ step }) => step.path);
    await compareFiles({ comparisons, job: route, paths, signal });
    for (const outcome of own) markUnlessMoved(comparisons, outcome);
  }
}

/** A row that stays in its place says why; one that has moved says it by that. */
function markUnlessMoved(comparisons: Comparisons, outcome: FreeUpOutcome): void {
  if (outcome.kind !== 'failed' && outcome.kind !== 'skipped') return;
  const { route, path } = outcome.step;
  const comparison = comparisons.of(route.target);
  if (comparison?.get(path)?.verdict.kind !== 'up-to-date') return;
  comparison.setActivity(path, { kind: 'failed', failure: outcome.failure.toRecord() });
}
