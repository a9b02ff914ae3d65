import type { PlanSummary, Scope } from '../../protocol/plans';
import type { RecentReports } from '../batch/reports';
import type { Comparisons } from '../comparison/comparisons';
import { groupsToBackUp } from '../comparison/differences';
import type { ComparisonJob } from '../comparison/job';
import { selectEntries, type EntryScope } from '../comparison/selectEntries';
import { leaveOutSettled } from './leaveOutSettled';
import { selectSteps, type Selection } from './plan';
import { selectIgnored } from './selectIgnored';
import { selectMine } from './selectMine';

/** What is known of the folders and of the batches before. */
export interface Known {
  readonly comparisons: Comparisons;
  readonly reports: RecentReports;
}

export interface ScopeSelection extends Selection {
  /** The one ignored file that was asked for, if it was alone. */
  readonly ignored: PlanSummary['ignored'];
}

/** Finds what a back-up was asked for: by the comparison at hand, or by comparing anew. */
export async function selectScope(
  known: Known,
  job: ComparisonJob,
  scope: Scope,
  signal: AbortSignal,
): Promise<ScopeSelection> {
  const { comparisons } = known;
  switch (scope.kind) {
    case 'ignored':
      return { ...(await selectIgnored(comparisons, job, scope.path, signal)), ignored: undefined };
    case 'mine':
      return { ...selectMine(job, comparisons.requireCurrent(job), scope), ignored: undefined };
    default: {
      const found = entryScopeOf(known, job, scope);
      const entries = await selectEntries({ comparisons, job, scope: found, signal });
      const [only] = entries;
      const ignored =
        scope.kind === 'resources' && entries.length === 1 && only?.verdict.kind === 'ignored'
          ? { path: only.path, because: only.verdict.because }
          : undefined;
      return { ...selectSteps(job, entries), ignored };
    }
  }
}

function entryScopeOf(
  { comparisons, reports }: Known,
  job: ComparisonJob,
  scope: Exclude<Scope, { readonly kind: 'ignored' | 'mine' }>,
): EntryScope {
  switch (scope.kind) {
    case 'all':
      // Nothing of the conflicts is sent, but the plan says how many there are.
      return { kind: 'groups', groups: [...groupsToBackUp, 'changed-in-cloud'] };
    case 'failed':
      // Why they failed may no longer hold, and what was seen may have changed.
      return { kind: 'anew', paths: reports.failed(scope.planId, job.target) };
    case 'remaining': {
      const { files } = job.unfinished;
      leaveOutSettled(files, comparisons.requireCurrent(job));
      return { kind: 'known', paths: files.paths() };
    }
    default:
      return scope;
  }
}
