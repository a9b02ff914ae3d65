import type { RestoreScope } from '../../protocol/restore';
import { rootPath } from '../../protocol/folders';
import { groups } from '../../protocol/verdicts';
import type { Comparison, Entry } from '../comparison/comparison';
import { compareResources } from '../comparison/compareResources';
import type { Comparisons } from '../comparison/comparisons';
import { Failure } from '../failures/failure';
import type { RecentReports } from '../batch/reports';
import type { ComparisonJob } from '../comparison/job';

/** The scopes that mean findings of a comparison. */
export type FoundScope = Exclude<RestoreScope, { readonly kind: 'version' }>;

/** Finds what a restore was asked for: by the comparison at hand, or by comparing anew. */
export async function restoreEntries(
  { comparisons, reports }: { readonly comparisons: Comparisons; readonly reports: RecentReports },
  job: ComparisonJob,
  scope: FoundScope,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  if (scope.kind === 'resources') {
    return compareResources(comparisons, job, scope.paths, signal);
  }
  const comparison = comparisons.current(job);
  if (comparison === undefined) throw new Failure('plan-outdated', job.target.bucket);
  return [...new Set(entriesOf(comparison, scope, job, reports))];
}

function* entriesOf(
  comparison: Comparison,
  scope: Exclude<FoundScope, { readonly kind: 'resources' }>,
  { target }: ComparisonJob,
  reports: RecentReports,
): Generator<Entry> {
  switch (scope.kind) {
    case 'all':
      for (const group of groups) yield* comparison.inGroup(group, rootPath);
      return;
    case 'nodes':
      for (const node of scope.nodes) yield* comparison.atRow(node);
      return;
    case 'failed':
      for (const path of reports.failed(scope.planId, target)) {
        const entry = comparison.get(path);
        if (entry !== undefined) yield entry;
      }
  }
}
