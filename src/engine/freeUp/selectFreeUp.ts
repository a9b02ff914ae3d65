import { callsSafe, ignoredBy, type IgnoreReason } from '../../protocol/verdicts';
import { rootPath, type FilePath } from '../../protocol/folders';
import {
  keptReasons,
  type FreeUpScope,
  type FreeUpSummary,
  type KeptReason,
} from '../../protocol/freeUp';
import type { NodeId } from '../../protocol/rows';
import type { Plan } from '../batch/planKind';
import type { RecentReports } from '../batch/reports';
import { inPathOrder, isInBatch, askedOnce, keepsVersions } from '../batch/step';
import { eachOnce, lookAndSelectEntries, type EntryScope } from '../comparison/selectEntries';
import type { Comparison } from '../comparison/comparison';
import type { Entry } from '../comparison/entry';
import type { ComparisonJob } from '../comparison/job';
import type { Comparisons } from '../comparison/comparisons';
import { fileName } from '../disk/filePath';
import { isArchiveClass } from '../ports/bucket';
import type { FreeUpStep } from './freeUpStep';

export interface SelectFreeUpDeps {
  readonly comparisons: Comparisons;
  readonly reports: RecentReports;
}

/** Which local files may go, and why the others are kept. */
export interface FreeUpSelection {
  readonly steps: readonly FreeUpStep[];
  readonly kept: ReadonlyMap<KeptReason, readonly FilePath[]>;
}

/**
 * Makes steps for those findings that are proved to be in the cloud. All other local files are
 * named: a user who frees a folder is told what of it remains.
 */
export async function selectFreeUp(
  deps: SelectFreeUpDeps,
  { job, scope }: { readonly job: ComparisonJob; readonly scope: FreeUpScope },
  signal: AbortSignal,
): Promise<FreeUpSelection> {
  const steps: FreeUpStep[] = [];
  const kept = new Map<KeptReason, FilePath[]>();
  for (const entry of await entriesOf(deps, { job, scope }, signal)) {
    const { path, local, cloud } = entry;
    const reason = reasonToKeep(entry);
    if (reason === 'not-here') continue;
    if (reason === undefined) {
      if (local !== undefined && cloud !== undefined) {
        const mayLoseAttributes = scope.kind === 'other-attributes';
        steps.push({ route: job, path, local, copy: cloud, mayLoseAttributes });
      }
      continue;
    }
    const paths = kept.get(reason);
    if (paths === undefined) kept.set(reason, [path]);
    else paths.push(path);
  }
  return { steps: inPathOrder(steps), kept };
}

/** Finds the files that may go, and those that lie beside them. */
async function entriesOf(
  { comparisons, reports }: SelectFreeUpDeps,
  { job, scope }: { readonly job: ComparisonJob; readonly scope: FreeUpScope },
  signal: AbortSignal,
): Promise<Iterable<Entry>> {
  const entryScope = entryScopeOf(reports, { job, scope });
  const entries = await lookAndSelectEntries({ comparisons, job, scope: entryScope, signal });
  if (scope.kind !== 'nodes') return entries;
  const comparison = comparisons.requireCurrent(job);
  return eachOnce([...entries, ...scope.nodes.flatMap(node => [...besideRow(comparison, node)])]);
}

function entryScopeOf(
  reports: RecentReports,
  { job, scope }: { readonly job: ComparisonJob; readonly scope: FreeUpScope },
): EntryScope {
  switch (scope.kind) {
    case 'all':
      return { kind: 'groups', groups: ['up-to-date'] };
    case 'failed':
      return { kind: 'anew', paths: reports.failed(scope.planId, job.target) };
    case 'other-attributes': {
      const paths = reports.keptBecause('attributes-differ', scope.planId, job.target);
      return { kind: 'anew', paths };
    }
    default:
      return scope;
  }
}

/** People take a folder's row for the folder: what is kept in it stands in other groups, too. */
function* besideRow(comparison: Comparison, node: NodeId): Generator<Entry> {
  const isFolder = node.path !== rootPath && comparison.get(node.path) === undefined;
  if (!isFolder) return;
  for (const entry of comparison.below(node.path)) {
    if (entry.verdict.kind !== node.group) yield entry;
  }
}

/** Returns `undefined` for a file that may go. */
function reasonToKeep({
  path,
  cloud,
  verdict,
  activity,
}: Entry): KeptReason | 'not-here' | undefined {
  switch (verdict.kind) {
    case 'only-in-cloud':
    case 'lost':
      return 'not-here';
    case 'ignored':
      return isOfKey(verdict.because) ? 'not-here' : 'ignored';
    case 'out-of-date':
    case 'missing-in-cloud':
    case 'changed-in-cloud':
    case 'unchecked':
      return verdict.kind;
    case 'up-to-date':
      if (isInBatch(activity) || activity?.kind === 'verifying') return 'under-way';
      if (!callsSafe(verdict.proof)) return 'not-proved';
      // To have them back takes hours, and money.
      if (isArchiveClass(cloud?.storageClass)) return 'archived';
      // Without them the next back-up would take what they keep out.
      return ignoreFiles.has(fileName(path)) ? 'ignore-file' : undefined;
  }
}

const ignoreFiles = new Set(['.s3backupignore', '.gitignore']);

/** What is ignored as a key of the bucket is no file here. */
function isOfKey(because: IgnoreReason): boolean {
  const by = ignoredBy(because);
  return by === 'key' || by === 'obstacle';
}

/** Describes to the user what would go, and what would be kept. */
export async function summarizeFreeUp(
  { id, steps }: Plan<FreeUpStep>,
  selections: readonly FreeUpSelection[],
  signal: AbortSignal,
): Promise<FreeUpSummary> {
  return {
    planId: id,
    files: steps.length,
    bytes: steps.reduce((sum, { local }) => sum + local.size, 0),
    largest: steps
      .toSorted((one, other) => other.local.size - one.local.size)
      .slice(0, maxExamples)
      .map(({ path, local }) => ({ path, bytes: local.size })),
    kept: keptReasons.flatMap(because => {
      const paths = selections.flatMap(({ kept }) => kept.get(because) ?? []);
      return paths.length === 0
        ? []
        : [{ because, files: paths.length, examples: paths.slice(0, maxExamples) }];
    }),
    keepsVersions: await keepsVersions(steps, askedOnce(signal)),
    otherAttributes: steps.filter(step => step.mayLoseAttributes).length,
  };
}

const maxExamples = 5;
