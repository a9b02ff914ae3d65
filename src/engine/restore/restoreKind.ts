import type { FailureCode } from '../../protocol/failures';
import type { FilePath } from '../../protocol/folders';
import type {
  ConflictChoice,
  ConflictChoices,
  RestoreScope,
  RestoreSummary,
} from '../../protocol/restore';
import type { Verdict } from '../../protocol/verdicts';
import type { PlanKind } from '../batch/planKind';
import type { Comparison } from '../comparison/comparison';
import { Failure } from '../failures/failure';
import { isOfCopy, type Receipt } from '../records/receipts';
import type { CloudFile } from '../scan/cloudListing';
import type { RecentRestores, RestoreOutcome } from './recentRestores';
import { restoreFile } from './restoreFile';
import { StagedAhead } from './stagedAhead';
import type { CurrentCopy, Restored, RestoreStep, RestoreTools } from './restoreStep';
import { selectRestore, type RestoreSelection, type SelectRestoreDeps } from './selectRestore';
import { summarizeRestore } from './summarizeRestore';

export interface RestoreDeps extends SelectRestoreDeps {
  readonly recentRestores: RecentRestores;
  readonly tools: RestoreTools;
}

export type RestoreKind = PlanKind<
  RestoreScope,
  RestoreSelection,
  RestoreSummary,
  RestoreStep,
  Restored
>;

/** Plans and runs downloads, all or nothing for each file. */
export function restoreKind(deps: RestoreDeps): RestoreKind {
  const { recentRestores, tools } = deps;
  return {
    select(job, scope, signal) {
      const failed =
        scope.kind === 'failed' ? recentRestores.failedVersion(scope.planId) : undefined;
      return selectRestore(deps, { job, scope: failed ?? scope }, signal);
    },
    summarize: summarizeRestore,
    start(plan, signal) {
      const wanted = plan.steps.filter(step => step.refusal === undefined && !isLeftOut(step));
      const ahead = new StagedAhead(wanted, tools.journal);
      const note = (step: RestoreStep) => ahead.take(step);
      return {
        work: 'restore',
        steps: plan.steps,
        async runStep(step, onBytes) {
          if (isLeftOut(step)) throw new Failure('skipped-by-choice', step.path);
          return restoreFile(step, tools, { signal, note, onBytes });
        },
        finish(outcomes) {
          recentRestores.add(plan.id, outcomes);
          void ahead.close();
        },
      };
    },
    bytesOf: step => (step.refusal === undefined && !isLeftOut(step) ? step.cloud.size : 0),
    isSkipped: ({ code }) => skipped.has(code),
    apply: applyRestore,
  };
}

/** Returns what sets the user's choices on the steps of a plan. */
export function choosing({ choice, except }: ConflictChoices): (step: RestoreStep) => RestoreStep {
  const exceptions = new Map(except.map(each => [identityOf(each), each.choice]));
  return step => {
    const { route, path } = step;
    const own: ConflictChoice | undefined = exceptions.get(
      identityOf({ folder: route.target.folder, path }),
    );
    return { ...step, choice: own ?? choice };
  };
}

function identityOf({ folder, path }: { readonly folder: string; readonly path: string }): string {
  return JSON.stringify([folder, path]);
}

/** Whether the user keeps the local file. The report names it all the same. */
function isLeftOut({ local, choice }: RestoreStep): boolean {
  return local !== undefined && choice === 'skip';
}

/** A side is no longer what the plan saw, the file can't be here, or the user has skipped it. */
const skipped = new Set<FailureCode>([
  'changed-in-cloud',
  'changed-here',
  'skipped-by-choice',
  'unsafe-name',
  'name-too-long',
  'odd-entry',
  'in-the-way',
]);

type RestoreDone = Extract<RestoreOutcome, { readonly kind: 'done' }>;

function applyRestore(comparison: Comparison, outcome: RestoreOutcome): void {
  const { path } = outcome.step;
  // A file that the user has skipped is what it was.
  if (isLeftOut(outcome.step)) {
    comparison.setActivity(path, undefined);
    return;
  }
  if (outcome.kind === 'failed' || outcome.kind === 'skipped') {
    comparison.setActivity(path, { kind: 'failed', failure: outcome.failure.toRecord() });
    return;
  }
  if (outcome.kind === 'done' && outcome.result.receipt !== undefined) {
    applyReceipt(comparison, outcome, outcome.result.receipt);
    return;
  }
  // A file beside its place, or one that nothing proves, is judged by what is on the disk now.
  comparison.setActivity(path, undefined);
}

/** Judges the local file by its new receipt and by the copy that is the present one. */
function applyReceipt(
  comparison: Comparison,
  { step: { path }, result: { local, cloud: restored, current } }: RestoreDone,
  receipt: Receipt,
): void {
  if (local.path !== path) {
    endConflict(comparison, path, restored);
    return;
  }
  const cloud = current.kind === 'seen' ? current.cloud : comparison.get(path)?.cloud;
  const verdict = verdictOf(current, receipt);
  comparison.finish({ path, isFolder: false, local, cloud, verdict }, 'restore');
}

function verdictOf(current: CurrentCopy, receipt: Receipt): Verdict {
  if (current.kind === 'unknown') {
    return { kind: 'unchecked', failure: current.failure.toRecord() };
  }
  const { cloud } = current;
  if (cloud === undefined) return { kind: 'missing-in-cloud', safeAt: receipt.provedAt };
  return isOfCopy(receipt, cloud)
    ? { kind: 'up-to-date', proof: 'content' }
    : { kind: 'changed-in-cloud', because: 'other-version' };
}

/** The copy is kept beside the local file now, which is a change to it by the user's decision. */
function endConflict(comparison: Comparison, path: FilePath, kept: CloudFile): void {
  comparison.setActivity(path, undefined);
  const known = comparison.get(path);
  if (known?.verdict.kind !== 'changed-in-cloud' || known.cloud?.etag !== kept.etag) return;
  comparison.place({ ...known, verdict: { kind: 'out-of-date', because: 'content' } });
}
