import type { Chosen } from '../../protocol/plans';
import { selectEntries } from './selectEntries';
import type { Comparisons } from './comparisons';
import type { ComparisonJob } from './job';

/**
 * Forgets that files were ever safe which are gone from both sides, and says how many of what was
 * chosen they were.
 */
export async function forgetLost(
  comparisons: Comparisons,
  job: ComparisonJob,
  chosen: Chosen,
  signal: AbortSignal,
): Promise<number> {
  const entries = await selectEntries({ comparisons, job, scope: chosen, signal });
  const comparison = comparisons.current(job);
  if (comparison === undefined) return 0;
  const lost = entries.filter(({ verdict }) => verdict.kind === 'lost');
  for (const { path } of lost) {
    job.receipts.forget(path);
    comparison.remove(path);
  }
  return lost.length;
}
