import type { PlanSummary, Scope } from '../../protocol/plans';
import { rootPath } from '../../protocol/folders';
import type { Comparison, Entry } from '../comparison/comparison';
import { compareFiles } from '../comparison/compareFiles';
import { compareResources } from '../comparison/compareResources';
import type { Comparisons } from '../comparison/comparisons';
import { Failure } from '../failures/failure';
import { parentPath } from '../disk/filePath';
import type { RecentReports } from '../batch/reports';
import { selectIgnored } from './selectIgnored';
import { selectSteps, type Selection } from './plan';
import { toBackUp } from '../comparison/toBackUp';
import { leaveOutSettled } from './leaveOutSettled';
import { selectMine } from './selectMine';
import type { ComparisonJob } from '../comparison/job';

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
  switch (scope.kind) {
    case 'resources':
      return selectResources(known, job, scope.paths, signal);
    case 'ignored':
      return {
        ...(await selectIgnored(known.comparisons, job, scope.path, signal)),
        ignored: undefined,
      };
    case 'failed':
      return selectFailed(known, job, scope.planId, signal);
    case 'all':
    case 'nodes':
    case 'picks':
    case 'remaining': {
      const comparison = known.comparisons.current(job);
      if (comparison === undefined) throw new Failure('plan-outdated', job.target.bucket);
      if (scope.kind === 'remaining') leaveOutSettled(job.unfinished.remaining, comparison);
      const entries = new Set(entriesOf(comparison, scope, job));
      return { ...selectSteps(job, entries), ignored: undefined };
    }
    case 'mine': {
      const comparison = known.comparisons.current(job);
      if (comparison === undefined) throw new Failure('plan-outdated', job.target.bucket);
      return { ...selectMine(job, comparison, scope), ignored: undefined };
    }
  }
}

function* entriesOf(
  comparison: Comparison,
  scope: Extract<Scope, { kind: 'all' | 'nodes' | 'picks' | 'remaining' }>,
  { unfinished }: ComparisonJob,
): Generator<Entry> {
  switch (scope.kind) {
    case 'all':
      for (const group of toBackUp) yield* comparison.inGroup(group, rootPath);
      // Nothing of these is taken, and how many there are is told.
      yield* comparison.inGroup('changed-in-cloud', rootPath);
      return;
    case 'nodes':
      for (const node of scope.nodes) yield* comparison.atRow(node);
      return;
    case 'remaining':
      for (const path of unfinished.remaining.paths()) {
        const entry = comparison.get(path);
        if (entry !== undefined) yield entry;
      }
      return;
    case 'picks':
      for (const { kind, path } of scope.picks) {
        for (const group of toBackUp) {
          for (const entry of comparison.inGroup(group, path)) {
            if (kind !== 'loose-files' || parentPath(entry.path) === path) yield entry;
          }
        }
      }
  }
}

/** Compares what failed again: why it failed may be gone, and what was seen may have changed. */
async function selectFailed(
  { comparisons, reports }: Known,
  job: ComparisonJob,
  planId: number,
  signal: AbortSignal,
): Promise<ScopeSelection> {
  const failed = reports.failed(planId, job.target);
  const entries = await compareFiles(comparisons, job, failed, signal);
  return { ...selectSteps(job, entries), ignored: undefined };
}

async function selectResources(
  { comparisons }: Known,
  job: ComparisonJob,
  absolute: readonly string[],
  signal: AbortSignal,
): Promise<ScopeSelection> {
  const entries = await compareResources(comparisons, job, absolute, signal);
  const [only] = entries;
  const ignored =
    entries.length === 1 && only?.verdict.kind === 'ignored'
      ? { path: only.path, because: only.verdict.because }
      : undefined;
  return { ...selectSteps(job, entries), ignored };
}
