import type { PlanSummary, Scope } from '../../protocol/plans';
import type { Group } from '../../protocol/verdicts';
import type { RecentReports } from '../batch/reports';
import { inPathOrder, isInBatch, type LeftAlone } from '../batch/step';
import { lookAndSelectEntries, type EntryScope } from '../comparison/selectEntries';
import type { Comparison } from '../comparison/comparison';
import type { Entry } from '../comparison/entry';
import type { ComparisonJob, Route } from '../comparison/job';
import type { Comparisons } from '../comparison/comparisons';
import { groupsToBackUp } from '../comparison/differences';
import { toFilePath } from '../disk/filePath';
import { volumeFinder } from '../disk/volumesBelow';
import { Failure } from '../failures/failure';
import { ExcludeRules } from '../scan/exclude';
import type { BackUpStep } from './backUpStep';
import { forgetArrived } from './unfinishedFiles';

export interface SelectBackUpDeps {
  readonly comparisons: Comparisons;
  readonly reports: RecentReports;
}

/** What a back-up would take up of one folder. */
export interface BackUpSelection {
  readonly steps: readonly BackUpStep[];
  /** How many of the other findings were asked for. */
  readonly excluded: Readonly<Partial<Record<Group, number>>>;
  /** Those of them that wait for a decision. */
  readonly leftAlone: readonly LeftAlone[];
  /** The one ignored file that was asked for, if it was alone. */
  readonly ignored?: PlanSummary['ignored'];
}

/** Selects what a back-up was asked for: by the comparison at hand, or by comparing anew. */
export async function selectBackUp(
  deps: SelectBackUpDeps,
  { job, scope }: { readonly job: ComparisonJob; readonly scope: Scope },
  signal: AbortSignal,
): Promise<BackUpSelection> {
  const { comparisons } = deps;
  switch (scope.kind) {
    case 'ignored':
      return selectIgnored(comparisons, { job, absolute: scope.path }, signal);
    case 'mine':
      return selectMine(job, comparisons.requireCurrent(job), scope);
    default: {
      const entryScope = entryScopeOf(deps, { job, scope });
      const entries = await lookAndSelectEntries({ comparisons, job, scope: entryScope, signal });
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
  { comparisons, reports }: SelectBackUpDeps,
  {
    job,
    scope,
  }: {
    readonly job: ComparisonJob;
    readonly scope: Exclude<Scope, { readonly kind: 'ignored' | 'mine' }>;
  },
): EntryScope {
  switch (scope.kind) {
    case 'all':
      // No conflict is uploaded, but the plan says how many there are.
      return { kind: 'groups', groups: [...groupsToBackUp, 'changed-in-cloud'] };
    case 'failed':
      // Compared again: why it failed may be gone, and what was seen may have changed.
      return { kind: 'anew', paths: reports.failed(scope.planId, job.target) };
    case 'unfinished': {
      const { files } = job.unfinished;
      forgetArrived(files, comparisons.requireCurrent(job));
      return { kind: 'known', paths: files.paths() };
    }
    default:
      return scope;
  }
}

/**
 * Makes steps for those findings that are missing in the cloud or out of date. All others are
 * counted and left alone: they need no upload, or must not be uploaded without a decision.
 */
export function selectSteps(route: Route, entries: Iterable<Entry>): BackUpSelection {
  const steps: BackUpStep[] = [];
  const excluded: Partial<Record<Group, number>> = {};
  const leftAlone: LeftAlone[] = [];
  for (const entry of entries) {
    const step = toStep(route, entry);
    if (step !== undefined) {
      steps.push(step);
      continue;
    }
    const { path, local, verdict } = entry;
    excluded[verdict.kind] = (excluded[verdict.kind] ?? 0) + 1;
    if (verdict.kind === 'changed-in-cloud') {
      const bytes = local?.size ?? 0;
      leftAlone.push({ kind: 'left-alone', step: { route, path }, bytes, because: verdict.kind });
    }
  }
  return { steps: withVolumes(route, steps), excluded, leftAlone };
}

function toStep(
  route: Route,
  { path, local, cloud, verdict, activity }: Entry,
): BackUpStep | undefined {
  if (local === undefined || isInBatch(activity)) return undefined;
  switch (verdict.kind) {
    case 'missing-in-cloud':
      return { route, path, local, condition: { kind: 'absent' }, goneSince: verdict.safeAt };
    case 'out-of-date': {
      if (cloud === undefined) return undefined;
      const condition = { kind: 'unchanged', etag: cloud.etag } as const;
      return { route, path, local, condition, replaces: cloud.size };
    }
    default:
      return undefined;
  }
}

/**
 * Makes the step for one file of the disk, absolute, that is backed up this once though a rule
 * ignores it.
 */
async function selectIgnored(
  comparisons: Comparisons,
  { job, absolute }: { readonly job: ComparisonJob; readonly absolute: string },
  signal: AbortSignal,
): Promise<BackUpSelection> {
  const path = toFilePath(job.root, absolute);
  if (path === undefined) throw new Failure('file-vanished', absolute);
  const ruled = job.exclude.find(path, 'file');
  // Judged by no rules, so that what is found goes into no comparison by rules.
  const withoutRules = { ...job, exclude: new ExcludeRules([]), rulesKey: 'no rules' };
  const found = await comparisons.compareBelow({ starts: [path], job: withoutRules, signal });
  const { steps, ...others } = selectSteps(
    job,
    found.filter(entry => entry.path === path),
  );
  const ignoredAt = ruled?.ruling.kind === 'ignored' ? { ignoredAt: ruled } : {};
  return { steps: steps.map(step => ({ ...step, ...ignoredAt })), ...others };
}

/**
 * Makes the steps that end conflicts by what is here, each under the condition of the copy that was
 * shown to the user who decided. What is no conflict any more is left alone.
 */
function selectMine(
  route: Route,
  comparison: Comparison,
  { files }: Extract<Scope, { kind: 'mine' }>,
): BackUpSelection {
  const steps: BackUpStep[] = [];
  const excluded: Partial<Record<Group, number>> = {};
  for (const { path, etag } of files) {
    const entry = comparison.get(path);
    if (entry === undefined) continue;
    const { local, cloud, verdict, activity } = entry;
    if (verdict.kind !== 'changed-in-cloud' || local === undefined || isInBatch(activity)) {
      excluded[verdict.kind] = (excluded[verdict.kind] ?? 0) + 1;
      continue;
    }
    const condition = { kind: 'unchanged', etag } as const;
    steps.push({ route, path, local, condition, replaces: cloud?.size ?? 0 });
  }
  return { steps: withVolumes(route, steps), excluded, leftAlone: [] };
}

/** Sorts the steps, and says of each on which volume its file is. */
function withVolumes(route: Route, steps: readonly BackUpStep[]): readonly BackUpStep[] {
  const volumeOf = volumeFinder(route.root, route.volumes);
  const found = inPathOrder(steps).map(step => ({ ...step, volume: volumeOf(step.path) }));
  const tops = new Set(found.flatMap(({ volume }) => volume ?? []));
  // What the system told nothing of before; the receipts are looked at after this.
  route.receipts.noteVolumes([...tops]);
  return found;
}
