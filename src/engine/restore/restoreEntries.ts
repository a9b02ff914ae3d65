import { groups } from '../../protocol/verdicts';
import type { RestoreScope } from '../../protocol/restore';
import type { RecentReports } from '../batch/reports';
import type { Comparisons } from '../comparison/comparisons';
import type { ComparisonJob } from '../comparison/job';
import { selectEntries, type EntryScope } from '../comparison/selectEntries';
import type { Entry } from '../comparison/entry';

/** The scopes that mean findings of a comparison. */
export type FoundScope = Exclude<RestoreScope, { readonly kind: 'version' }>;

/** Finds what a restore was asked for: by the comparison at hand, or by comparing anew. */
export async function restoreEntries(
  { comparisons, reports }: { readonly comparisons: Comparisons; readonly reports: RecentReports },
  job: ComparisonJob,
  scope: FoundScope,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  return selectEntries({ comparisons, job, scope: entryScopeOf(reports, job, scope), signal });
}

function entryScopeOf(reports: RecentReports, job: ComparisonJob, scope: FoundScope): EntryScope {
  switch (scope.kind) {
    case 'all':
      return { kind: 'groups', groups };
    case 'failed':
      return { kind: 'known', paths: reports.failed(scope.planId, job.target) };
    default:
      return scope;
  }
}
