import type { FreeUpScope } from '../../protocol/freeUp';
import type { NodeId } from '../../protocol/rows';
import { rootPath } from '../../protocol/folders';
import type { Comparison, Entry } from '../comparison/comparison';
import { compareFiles } from '../comparison/compareFiles';
import { compareResources } from '../comparison/compareResources';
import type { Comparisons } from '../comparison/comparisons';
import { Failure } from '../failures/failure';
import type { RecentReports } from '../batch/reports';
import type { ComparisonJob } from '../comparison/job';

/** What is concerned where space is to be freed: that which may go, and that which lies beside it. */
export async function freeableEntries(
  { comparisons, reports }: { readonly comparisons: Comparisons; readonly reports: RecentReports },
  job: ComparisonJob,
  scope: FreeUpScope,
  signal: AbortSignal,
): Promise<Iterable<Entry>> {
  if (scope.kind === 'resources') return compareResources(comparisons, job, scope.paths, signal);
  if (scope.kind === 'failed') {
    const failed = reports.failed(scope.planId, job.target);
    return compareFiles(comparisons, job, failed, signal);
  }
  const comparison = comparisons.current(job);
  if (comparison === undefined) throw new Failure('plan-outdated', job.target.bucket);
  if (scope.kind === 'all') return comparison.inGroup('up-to-date', rootPath);
  return new Set(scope.nodes.flatMap(node => [...concernedBy(comparison, node)]));
}

/** People take a folder's row for the folder: what stays in it stands in other groups, too. */
function* concernedBy(comparison: Comparison, node: NodeId): Generator<Entry> {
  yield* comparison.atRow(node);
  const isFolder = node.path !== rootPath && comparison.get(node.path) === undefined;
  if (!isFolder) return;
  for (const entry of comparison.below(node.path)) {
    if (entry.verdict.kind !== node.group) yield entry;
  }
}
