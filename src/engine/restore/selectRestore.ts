import type { FilePath } from '../../protocol/folders';
import type { RestoreScope } from '../../protocol/restore';
import { groups, ignoredBy, type Group, type IgnoreReason } from '../../protocol/verdicts';
import type { Route, ComparisonJob } from '../comparison/job';
import type { RecentReports } from '../batch/reports';
import { inPathOrder, isInBatch } from '../batch/step';
import { selectEntries, type EntryScope } from '../comparison/selectEntries';
import { TimeSlice } from '../concurrency/timeSlice';
import type { Entry } from '../comparison/entry';
import type { Comparisons } from '../comparison/comparisons';
import { toKey } from '../disk/objectKey';
import { Failure } from '../failures/failure';
import { CloudFiles } from '../scan/cloudFiles';
import { cloudFileOf, listCloud, type CloudFile } from '../scan/cloudListing';
import { findCollisions, nameRulesOf, unsafeKey, unsafeName, type NameRules } from './diskNames';
import { localPlaces, refusalOf } from './localPlaces';
import type { RestoreStep } from './restoreStep';

export interface SelectRestoreDeps {
  readonly comparisons: Comparisons;
  readonly reports: RecentReports;
}

/** What a restore would take up of one folder. */
export interface RestoreSelection {
  readonly steps: readonly RestoreStep[];
  /** How many of the other findings were asked for. */
  readonly excluded: Readonly<Partial<Record<Group, number>>>;
}

/** Selects what a restore was asked for: by the comparison at hand, or by comparing anew. */
export async function selectRestore(
  { comparisons, reports }: SelectRestoreDeps,
  { job, scope }: { readonly job: ComparisonJob; readonly scope: RestoreScope },
  signal: AbortSignal,
): Promise<RestoreSelection> {
  if (scope.kind === 'version') {
    return { steps: [await stepForCopy(job, scope, signal)], excluded: {} };
  }
  const entryScope = entryScopeOf(reports, { job, scope });
  const entries = await selectEntries({ comparisons, job, scope: entryScope, signal });
  return selectSteps({ route: job, rules: nameRulesOf(job.root) }, entries, signal);
}

function entryScopeOf(
  reports: RecentReports,
  {
    job,
    scope,
  }: { readonly job: ComparisonJob; readonly scope: Exclude<RestoreScope, { kind: 'version' }> },
): EntryScope {
  switch (scope.kind) {
    case 'all':
      return { kind: 'groups', groups };
    case 'failed':
      return { kind: 'known', paths: reports.failed(scope.planId, job.target) };
    default:
      return scope;
  }
}

/**
 * Makes steps for those findings that have a copy in the cloud which is not here as well. A copy that
 * cannot be a file here gets a step too, a refused one: nobody is to believe that all is restored.
 */
export async function selectSteps(
  { route, rules }: { readonly route: Route; readonly rules: NameRules },
  entries: readonly Entry[],
  signal: AbortSignal,
): Promise<RestoreSelection> {
  const excluded: Partial<Record<Group, number>> = {};
  const found: CloudFile[] = [];
  const unsafe = new Map<FilePath, Failure | undefined>();
  for (const entry of entries) {
    const { cloud, verdict } = entry;
    if (cloud !== undefined && isWanted(entry)) {
      found.push(cloud);
      if (verdict.kind === 'ignored' && verdict.because.kind === 'not-a-path') {
        unsafe.set(cloud.path, unsafeKey(cloud.path, verdict.because.fault));
      }
    } else excluded[verdict.kind] = (excluded[verdict.kind] ?? 0) + 1;
  }
  found.push(...(await copiesBehindLinks(route, entries, signal)));
  const wanted = inPathOrder(found);
  for (const { path } of wanted) {
    if (!unsafe.has(path)) unsafe.set(path, unsafeName(path, rules));
  }
  const safe = wanted.filter(({ path }) => unsafe.get(path) === undefined);
  const collisions = findCollisions(
    safe.map(({ path }) => path),
    rules,
  );
  const placeOf = localPlaces(route.root, rules);
  const steps: RestoreStep[] = [];
  const slice = new TimeSlice(signal);
  for (const cloud of wanted) {
    const { path } = cloud;
    const obstacle = collisions.get(path);
    const refusal = unsafe.get(path) ?? (obstacle && new Failure('in-the-way', path, obstacle));
    const place = refusal === undefined ? placeOf(path) : undefined;
    steps.push({
      route,
      path,
      cloud,
      versionId: undefined,
      local: place?.kind === 'file' ? place.local : undefined,
      choice: 'skip',
      refusal: refusal ?? refusalOf(path, place),
    });
    if (slice.isOver) await slice.next(path);
  }
  return { steps, excluded };
}

/** Makes the step for one copy as it is in the bucket now, whatever the comparison says of it. */
export async function stepForCopy(
  route: Route,
  { path, from, versionId }: CopyToRestore,
  signal: AbortSignal,
): Promise<RestoreStep> {
  const rules = nameRulesOf(route.root);
  const unsafe = unsafeName(path, rules);
  const key = toKey(route.target.prefix, from ?? path);
  const head = await route.bucket.head({ key, versionId, signal });
  if (head === undefined) throw new Failure('no-such-key', from ?? path);
  const place = unsafe === undefined ? localPlaces(route.root, rules)(path) : undefined;
  return {
    route,
    path,
    from,
    cloud: cloudFileOf(path, head),
    versionId,
    local: place?.kind === 'file' ? place.local : undefined,
    choice: 'skip',
    refusal: unsafe ?? refusalOf(path, place),
  };
}

type CopyToRestore = Pick<RestoreStep, 'path' | 'versionId'> & Partial<Pick<RestoreStep, 'from'>>;

/**
 * Lists the copies of files that would lie behind links. A comparison only counts them on the link's
 * row; a user who restores is told of each that it is not restored.
 */
async function copiesBehindLinks(
  { bucket, target: { prefix } }: Route,
  entries: readonly Entry[],
  signal: AbortSignal,
): Promise<readonly CloudFile[]> {
  const found = new CloudFiles();
  const starts = entries.flatMap(({ path, verdict }) =>
    verdict.kind === 'ignored' && verdict.because.kind === 'link' && verdict.hiddenCopies > 0
      ? path
      : [],
  );
  if (starts.length === 0) return [];
  for await (const page of listCloud({ bucket, prefix, starts, signal })) {
    for (const entry of page) if (entry.kind === 'file') found.put(entry.file);
  }
  return [...found];
}

/** Whether a file's copy is to be restored, if it can be. */
function isWanted({ verdict, activity }: Entry): boolean {
  // A file that is being transferred or verified is not fetched beside that.
  if (isInBatch(activity) || activity?.kind === 'verifying') return false;
  switch (verdict.kind) {
    case 'only-in-cloud':
    case 'changed-in-cloud':
    case 'out-of-date':
    case 'unchecked':
      return true;
    case 'ignored':
      // What is in the way may give way, and another's object may be had under another name.
      return ignoredBy(verdict.because) === 'obstacle' || isForeign(verdict.because);
    case 'up-to-date':
    case 'missing-in-cloud':
    case 'lost':
      return false;
  }
}

/** What somebody keeps in the bucket under a key that is no path; markers of folders hold nothing. */
function isForeign(because: IgnoreReason): boolean {
  return because.kind === 'not-a-path' && because.fault !== 'folder-marker';
}
