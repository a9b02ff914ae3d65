import type { FailureCode } from '../../protocol/failures';
import type { FreeUpMethod, FreeUpScope, FreeUpSummary } from '../../protocol/freeUp';
import type { Work } from '../../protocol/rows';
import type { PlanKind } from '../batch/planKind';
import type { RecentReports } from '../batch/reports';
import type { Outcome } from '../batch/step';
import { compareFiles } from '../comparison/selectEntries';
import type { Comparison } from '../comparison/comparison';
import type { Comparisons } from '../comparison/comparisons';
import { Semaphore } from '../concurrency/semaphore';
import { Failure } from '../failures/failure';
import { freeFile } from './freeFile';
import type { FreeUpResult, FreeUpStep, FreeUpTools } from './freeUpStep';
import { listedCopies } from './listedCopies';
import { selectFreeUp, summarizeFreeUp, type FreeUpSelection } from './selectFreeUp';

export interface FreeUpDeps extends Pick<
  FreeUpTools,
  'journal' | 'editor' | 'semaphore' | 'traffic'
> {
  readonly comparisons: Comparisons;
  readonly reports: RecentReports;
  /** Runs a comparison that nobody waits for, when no batch and no other comparison runs. */
  readonly compareInBackground: (compare: (signal: AbortSignal) => Promise<void>) => void;
}

export type FreeUpOutcome = Outcome<FreeUpStep, FreeUpResult>;

export type FreeUpKind = PlanKind<
  FreeUpScope,
  FreeUpSelection,
  FreeUpSummary,
  FreeUpStep,
  FreeUpResult
>;

/** Plans and runs the freeing of local files that are proved anew on both sides. */
export function freeUpKind(deps: FreeUpDeps): FreeUpKind {
  const { comparisons, reports, compareInBackground, ...tools } = deps;
  const reading = new Semaphore({ places: maxFilesReadAtOnce, bytes: 0 });
  return {
    select: (job, scope, signal) => selectFreeUp({ comparisons, reports }, { job, scope }, signal),
    summarize: summarizeFreeUp,
    start(plan, signal) {
      const { steps } = plan;
      const method = steps[0]?.method;
      if (method === undefined) throw new Failure('plan-outdated', String(plan.id));
      const examined = new Set<FreeUpStep>();
      const findListed = listedCopies(steps, signal);
      return {
        work: workOf[method],
        steps,
        runStep(step, onBytes) {
          examined.add(step);
          return freeFile(step, method, { ...tools, reading, findListed, signal, onBytes });
        },
        finish(outcomes) {
          const kept = outcomes.filter(({ kind, step }) => kind !== 'done' && examined.has(step));
          if (kept.length > 0) compareInBackground(ended => recheckKept(comparisons, kept, ended));
        },
      };
    },
    bytesOf: ({ local }) => local.size,
    isSkipped: ({ code }) => keptCodes.has(code),
    apply: applyFreeUp,
  };
}

const workOf: Readonly<Record<FreeUpMethod, Work>> = { delete: 'free-up', trash: 'trash' };

/** Disks are slower when more files are read side by side. */
const maxFilesReadAtOnce = 4;

/** What is no failure: the file, or its copy, is not what would let it go. */
const keptCodes = new Set<FailureCode>([
  'not-proved',
  'differs-here',
  'copy-differs',
  'copy-damaged',
  'copy-unreadable',
  'no-such-key',
  'not-listed',
  'copy-expires',
  'attributes-differ',
  'proof-expired',
  'archived',
  'hard-link',
  'unsaved',
  'file-changing',
  'wrong-size',
  'file-vanished',
  'not-a-file',
]);

function applyFreeUp(comparison: Comparison, outcome: FreeUpOutcome): void {
  const { path, method = 'delete' } = outcome.step;
  switch (outcome.kind) {
    case 'done': {
      const { copy: cloud } = outcome.result;
      const verdict = { kind: 'only-in-cloud' } as const;
      const finding = { path, isFolder: false, local: undefined, cloud, verdict };
      comparison.finish(finding, workOf[method]);
      return;
    }
    case 'cancelled':
      comparison.setActivity(path, undefined);
      return;
    case 'failed':
    case 'skipped':
      comparison.setActivity(path, { kind: 'failed', failure: outcome.failure.toRecord() });
  }
}

/**
 * Compares files anew that were examined and kept. Their rows cannot tell the truth: a file that was
 * displaced and restored looks changed, and of a copy more is known than what was listed.
 */
async function recheckKept(
  comparisons: Comparisons,
  outcomes: readonly FreeUpOutcome[],
  signal: AbortSignal,
): Promise<void> {
  for (const route of new Set(outcomes.map(({ step }) => step.route))) {
    const own = outcomes.filter(({ step }) => step.route === route);
    const paths = own.map(({ step }) => step.path);
    await compareFiles({ comparisons, job: route, paths, signal });
    for (const outcome of own) markUnlessMoved(comparisons, outcome);
  }
}

/** A row that stays in its place says why; one that has moved says it by that. */
function markUnlessMoved(comparisons: Comparisons, outcome: FreeUpOutcome): void {
  if (outcome.kind !== 'failed' && outcome.kind !== 'skipped') return;
  const { route, path } = outcome.step;
  const comparison = comparisons.of(route.target);
  if (comparison?.get(path)?.verdict.kind !== 'up-to-date') return;
  comparison.setActivity(path, { kind: 'failed', failure: outcome.failure.toRecord() });
}
