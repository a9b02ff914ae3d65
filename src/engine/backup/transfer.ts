import type { FailureCode } from '../../protocol/failures';
import { runBatch, type BatchEvents, type Outcome } from '../batch/batch';
import type { Semaphore } from '../concurrency/semaphore';
import { Failure } from '../failures/failure';
import type { Plan, Step } from './plan';
import { interruptionOf } from '../network/circuitBreaker';
import type { TransferControl } from '../network/transferControl';
import { uploadFile, type Uploaded } from './upload';

/** What became of the upload of one file. */
export type UploadOutcome = Outcome<Step, Uploaded>;

/** Whether what ended an upload has nothing to do with its file. */
export function isInterrupted(outcome: UploadOutcome): boolean {
  if (outcome.kind === 'cancelled') return true;
  return outcome.kind === 'failed' && interruptionOf(outcome.failure.code) !== undefined;
}

export interface TransferRequest extends BatchEvents<Step, Uploaded> {
  readonly plan: Plan;
  readonly semaphore: Semaphore;
  readonly traffic: TransferControl;
  readonly signal: AbortSignal;
}

/** Uploads what a plan names. */
export function transfer({
  plan,
  semaphore,
  ...request
}: TransferRequest): Promise<readonly UploadOutcome[]> {
  return runBatch({
    ...request,
    work: 'back-up',
    planId: plan.id,
    steps: plan.steps,
    bytesOf: step => step.local.size,
    run: (step, onBytes) => {
      const { route, path, condition, leftOut } = step;
      if (leftOut !== undefined) return Promise.reject(new Failure(leftOut, path));
      return uploadFile({
        bucket: route.bucket,
        root: route.root,
        prefix: route.target.prefix,
        path,
        condition,
        ifEmpty: mayBeEmpty(step) ? 'store' : 'refuse',
        uploads: route.unfinished.uploads,
        semaphore,
        signal: request.signal,
        onBytes,
      });
    },
    isSkipped: ({ code }) => skipped.has(code),
    keptFrom: () => request.traffic.outage?.failure,
  });
}

/** One that was empty when the plan was shown, and when it was looked at again, was asked about. */
function mayBeEmpty({ local, replaces = 0, refusesEmpty = false }: Step): boolean {
  return replaces === 0 || (local.size === 0 && !refusesEmpty);
}

/** What is not a failure of ours: a side is not what the plan saw, or the user has left it out. */
const skipped = new Set<FailureCode>([
  'changed-in-cloud',
  'file-vanished',
  'not-a-file',
  'unsaved',
  'empty-here',
]);
