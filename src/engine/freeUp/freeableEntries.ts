import { rootPath } from '../../protocol/folders';
import type { FreeUpScope } from '../../protocol/freeUp';
import type { NodeId } from '../../protocol/rows';
import type { RecentReports } from '../batch/reports';
import type { Comparison } from '../comparison/comparison';
import type { Comparisons } from '../comparison/comparisons';
import type { ComparisonJob } from '../comparison/job';
import { selectEntries, type EntryScope } from '../comparison/selectEntries';
import type { Entry } from '../comparison/entry';

/** What is concerned where space is to be freed: that which may go, and that which lies beside it. */
export async function freeableEntries(
  { comparisons, reports }: { readonly comparisons: Comparisons; readonly reports: RecentReports },
  job: ComparisonJob,
  scope: FreeUpScope,
  signal: AbortSignal,
): Promise<Iterable<Entry>> {
  const asked = entryScopeOf(reports, job, scope);
  const entries = await selectEntries({ comparisons, job, scope: asked, signal });
  if (scope.kind !== 'nodes') return entries;
  const comparison = comparisons.requireCurrent(job);
  return new Set([...entries, ...scope.nodes.flatMap(node => [...besideRow(comparison, node)])]);
}

function entryScopeOf(reports: RecentReports, job: ComparisonJob, scope: FreeUpScope): EntryScope {
  switch (scope.kind) {
    case 'all':
      return { kind: 'groups', groups: ['up-to-date'] };
    case 'failed':
      return { kind: 'anew', paths: reports.failed(scope.planId, job.target) };
    default:
      return scope;
  }
}

/** People take a folder's row for the folder: what stays in it stands in other groups, too. */
function* besideRow(comparison: Comparison, node: NodeId): Generator<Entry> {
  const isFolder = node.path !== rootPath && comparison.get(node.path) === undefined;
  if (!isFolder) return;
  for (const entry of comparison.below(node.path)) {
    if (entry.verdict.kind !== node.group) yield entry;
  }
}
