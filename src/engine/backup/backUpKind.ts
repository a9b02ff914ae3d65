import type { FailureCode } from '../../protocol/failures';
import type { PlanSummary, Scope } from '../../protocol/plans';
import type { PlanKind } from '../batch/planKind';
import type { Outcome } from '../batch/step';
import type { Comparison } from '../comparison/comparison';
import type { Semaphore } from '../concurrency/semaphore';
import { withOpenFile } from '../disk/openFile';
import { isOnVolume } from '../disk/volumesBelow';
import { statWhenStable } from '../disk/statWhenStable';
import { Failure, toFailure } from '../failures/failure';
import type { Condition } from '../ports/bucket';
import { isSameReading } from '../records/receipts';
import type { RuledPath } from '../scan/exclude';
import type { CloudFile } from '../scan/cloudListing';
import type { StatePublisher } from '../state/statePublisher';
import { isUnaskedSecret, type BackUpStep } from './backUpStep';
import { selectBackUp, type BackUpSelection, type SelectBackUpDeps } from './selectBackUp';
import { storedMeanwhile, type OwnCopy } from './storedMeanwhile';
import { summarizeBackUp } from './summarizeBackUp';
import { UnfinishedSteps, type UnfinishedTotals } from './unfinishedFiles';
import { uploadFile, type Uploaded } from './upload';

export interface BackUpDeps extends SelectBackUpDeps {
  readonly publisher: StatePublisher;
  /** Bounds the requests and the bytes of all batches together. */
  readonly semaphore: Semaphore;
  readonly unfinishedTotals: UnfinishedTotals;
  /** Aborted when the engine ends. */
  readonly ended: AbortSignal;
}

export type BackUpKind = PlanKind<Scope, BackUpSelection, PlanSummary, BackUpStep, Uploaded>;

/** Plans and runs uploads. */
export function backUpKind(deps: BackUpDeps): BackUpKind {
  const { publisher, unfinishedTotals, semaphore, ended } = deps;
  return {
    async select(job, scope, signal) {
      try {
        return await selectBackUp(deps, { job, scope }, signal);
      } finally {
        // What has arrived in another way was left out.
        if (scope.kind === 'unfinished') {
          unfinishedTotals.count([job]);
          publisher.changed();
        }
      }
    },
    summarize: summarizeBackUp,
    start(plan, signal) {
      const unfinished = new UnfinishedSteps(plan);
      return {
        work: 'back-up',
        steps: plan.steps,
        runStep: (step, onBytes) => uploadStep(step, { semaphore, signal, onBytes }),
        onEnded(outcome) {
          unfinished.ended(outcome);
        },
        finish() {
          // What is cut off by the end of the engine stays unfinished.
          if (ended.aborted) return;
          unfinished.flush();
          unfinishedTotals.count(unfinished.routes);
        },
      };
    },
    bytesOf: step => step.local.size,
    isSkipped: ({ code }) => skipped.has(code),
    apply: applyBackUp,
  };
}

interface UploadStepOptions {
  readonly semaphore: Semaphore;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

async function uploadStep(step: BackUpStep, options: UploadStepOptions): Promise<Uploaded> {
  const { path, leftOut } = step;
  if (leftOut !== undefined) throw new Failure(leftOut, path);
  // Here, because every upload comes by, whoever has planned it and asked or not asked.
  if (isUnaskedSecret(step)) throw new Failure('secret-unasked', path);
  const before = await storedMeanwhile(step, options.signal);
  if (before !== undefined) return uploadOver(before, step, options);
  try {
    return await upload(step, options);
  } catch (error) {
    if (toFailure(error, path).code !== 'changed-in-cloud') throw error;
    const meanwhile = await storedMeanwhile(step, options.signal);
    if (meanwhile === undefined) throw error;
    return uploadOver(meanwhile, step, options);
  }
}

/** Replaces a copy of our own, unless it already has the file's bytes. */
async function uploadOver(
  { cloud, receipt }: OwnCopy,
  step: BackUpStep,
  options: UploadStepOptions,
): Promise<Uploaded> {
  const local = await withOpenFile(step.route.root, step.path, file =>
    statWhenStable(file, options.signal),
  );
  if (isSameReading(receipt, local)) {
    options.onBytes(local.size);
    return { local, cloud, receipt, isStillSo: false };
  }
  const condition = { kind: 'unchanged', etag: cloud.etag } as const;
  // Nobody was asked whether an empty file may replace this copy.
  return upload({ ...step, condition, replaces: cloud.size, refusesEmpty: true }, options);
}

function upload(step: BackUpStep, options: UploadStepOptions): Promise<Uploaded> {
  const { route, path, condition } = step;
  return uploadFile({
    ...options,
    bucket: route.bucket,
    root: route.root,
    prefix: route.target.prefix,
    path,
    requireInPlace: () => {
      if (!isOnVolume(route.root, path, step.volume)) {
        throw new Failure('file-vanished', path, 'another disk or folder has taken its place');
      }
    },
    condition,
    ifEmpty: mayBeEmpty(step) ? 'store' : 'refuse',
    uploads: route.unfinished.uploads,
  });
}

/** A file that was empty when the plan was shown, and when it was checked again, was asked about. */
function mayBeEmpty({ local, replaces = 0, refusesEmpty = false }: BackUpStep): boolean {
  return replaces === 0 || (local.size === 0 && !refusesEmpty);
}

/** A side is no longer what the plan saw, or the user has left the file out. */
const skipped = new Set<FailureCode>([
  'changed-in-cloud',
  'file-vanished',
  'not-a-file',
  'unsaved',
  'empty-here',
  'secret-unasked',
]);

function applyBackUp(comparison: Comparison, outcome: Outcome<BackUpStep, Uploaded>): void {
  const { path } = outcome.step;
  switch (outcome.kind) {
    case 'done': {
      if (outcome.step.ignoredAt !== undefined) {
        countCopy(comparison, outcome.step, outcome.step.ignoredAt, outcome.result.cloud);
        return;
      }
      const verdict = { kind: 'up-to-date', proof: 'uploaded' } as const;
      comparison.finish({ path, isFolder: false, ...outcome.result, verdict }, 'back-up');
      return;
    }
    case 'cancelled':
      comparison.setActivity(path, undefined);
      return;
    case 'failed':
    case 'skipped': {
      const failure = outcome.failure.toRecord();
      const known = comparison.get(path);
      // A file that the user has left out is what it was.
      if (outcome.step.leftOut !== undefined) comparison.setActivity(path, undefined);
      else if (known === undefined || failure.code !== 'changed-in-cloud') {
        comparison.setActivity(path, { kind: 'failed', failure });
      } else if (isAbout(outcome.step.condition, known.cloud)) {
        const verdict = { kind: 'changed-in-cloud', because: 'refused' } as const;
        comparison.place({ ...known, verdict });
      } else {
        // The plan is older than what is known by now, perhaps from an upload of our own.
        comparison.setActivity(path, undefined);
      }
    }
  }
}

/** Keeps an ignored row ignored, with one copy more in the bucket where there was none. */
function countCopy(
  comparison: Comparison,
  { path, condition }: BackUpStep,
  { path: ruledPath, kind, ruling }: RuledPath,
  cloud: CloudFile,
): void {
  if (ruling.kind !== 'ignored') return;
  const known = comparison.get(ruledPath);
  const before = known?.verdict.kind === 'ignored' ? known.verdict.hiddenCopies : 0;
  comparison.place({
    path: ruledPath,
    isFolder: kind === 'folder',
    local: undefined,
    cloud: ruledPath === path ? cloud : known?.cloud,
    verdict: {
      kind: 'ignored',
      because: ruling.because,
      hiddenCopies: before + (condition.kind === 'absent' ? 1 : 0),
    },
  });
}

/** Whether a write's condition is about the cloud copy that is known. */
function isAbout(condition: Condition, cloud: CloudFile | undefined): boolean {
  return condition.kind === 'absent' ? cloud === undefined : cloud?.etag === condition.etag;
}
