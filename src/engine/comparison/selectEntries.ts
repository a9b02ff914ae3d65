import type { Chosen } from '../../protocol/plans';
import type { Entry } from './comparison';
import { compareResources } from './compareResources';
import type { Comparisons } from './comparisons';
import { Failure } from '../failures/failure';
import type { ComparisonJob } from './job';

/** What was chosen: rows as the comparison at hand has them, files of the disk compared anew. */
export async function selectEntries(
  comparisons: Comparisons,
  job: ComparisonJob,
  chosen: Chosen,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  if (chosen.kind === 'resources') {
    return compareResources(comparisons, job, chosen.paths, signal);
  }
  const comparison = comparisons.current(job);
  if (comparison === undefined) throw new Failure('plan-outdated', job.target.bucket);
  return [...new Set(chosen.nodes.flatMap(node => [...comparison.atRow(node)]))];
}
