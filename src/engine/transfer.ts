import { runBatch, type BatchEvents, type Outcome } from './batch';
import type { Budget } from './budget';
import type { Plan, Step } from './plan';
import type { Traffic } from './traffic';
import { uploadFile, type Uploaded } from './upload';

/** What became of the upload of one file. */
export type UploadOutcome = Outcome<Step, Uploaded>;

export interface TransferRequest extends BatchEvents<Step, Uploaded> {
  readonly plan: Plan;
  readonly budget: Budget;
  readonly traffic: Traffic;
  readonly signal: AbortSignal;
}

/** Uploads what a plan names. */
export function transfer({
  plan,
  budget,
  ...request
}: TransferRequest): Promise<readonly UploadOutcome[]> {
  return runBatch({
    ...request,
    work: 'back-up',
    planId: plan.id,
    steps: plan.steps,
    bytesOf: step => step.local.size,
    run: ({ route, path, condition }, onBytes) =>
      uploadFile({
        bucket: route.bucket,
        root: route.root,
        prefix: route.target.prefix,
        path,
        condition,
        budget,
        signal: request.signal,
        onBytes,
      }),
    isSkipped: ({ code }) => skipped.has(code),
  });
}

/** What is not a failure of ours: the file or its cloud copy is no longer what the plan saw. */
const skipped = new Set(['changed-in-cloud', 'file-vanished', 'not-a-file']);
