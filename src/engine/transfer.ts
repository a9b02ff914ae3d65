import type { BatchProgress, FilePath } from '../protocol';
import type { Budget } from './budget';
import { toFailure, type Failure } from './failure';
import type { Plan, Step } from './plan';
import { inParallel } from './parallel';
import { uploadFile, type Uploaded } from './upload';

/** What became of one step. */
export type Outcome =
  | { readonly kind: 'backed-up'; readonly step: Step; readonly uploaded: Uploaded }
  | { readonly kind: 'failed' | 'skipped'; readonly step: Step; readonly failure: Failure }
  | { readonly kind: 'cancelled'; readonly step: Step };

export interface TransferRequest {
  readonly plan: Plan;
  readonly budget: Budget;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BatchProgress) => void;
  /** Called when a step begins, and when it has ended. */
  readonly onStarted: (step: Step) => void;
  readonly onEnded: (outcome: Outcome) => void;
}

/**
 * Runs a plan's steps, several at a time, and gives what became of each, in their order. One step's
 * failure stops no other. A cancelled run still accounts for every step.
 */
export async function transfer(request: TransferRequest): Promise<readonly Outcome[]> {
  const { plan, signal, onProgress, onStarted, onEnded } = request;
  const outcomes = new Map<Step, Outcome>();
  const underWay = new Set<FilePath>();
  let bytesDone = 0;
  let failed = 0;
  const bytes = plan.steps.reduce((sum, step) => sum + step.local.size, 0);
  const report = () => {
    onProgress({
      planId: plan.id,
      files: plan.steps.length,
      bytes,
      filesDone: outcomes.size,
      bytesDone: Math.min(bytes, bytesDone),
      failed,
      current: underWay.values().next().value,
    });
  };
  report();

  await inParallel(plan.steps, stepsAtOnce, async step => {
    if (!signal.aborted) {
      underWay.add(step.path);
      onStarted(step);
      report();
    }
    const outcome = await runStep(step, request, sent => {
      bytesDone += sent;
      report();
    });
    underWay.delete(step.path);
    outcomes.set(step, outcome);
    if (outcome.kind === 'failed') failed++;
    onEnded(outcome);
    report();
  });
  return plan.steps.flatMap(step => outcomes.get(step) ?? []);
}

/** Files under way at once; the budget decides how many of them hold bytes. */
const stepsAtOnce = 32;

async function runStep(
  step: Step,
  { budget, signal }: TransferRequest,
  onBytes: (bytes: number) => void,
): Promise<Outcome> {
  if (signal.aborted) return { kind: 'cancelled', step };
  const { path, condition, route } = step;
  try {
    const uploaded = await uploadFile({
      bucket: route.bucket,
      root: route.root,
      prefix: route.target.prefix,
      path,
      condition,
      budget,
      signal,
      onBytes,
    });
    return { kind: 'backed-up', step, uploaded };
  } catch (error) {
    const failure = toFailure(error, path);
    if (failure.code === 'cancelled') return { kind: 'cancelled', step };
    return { kind: skipped.has(failure.code) ? 'skipped' : 'failed', step, failure };
  }
}

/** What is not a failure of ours: the file or its cloud copy is no longer what the plan saw. */
const skipped = new Set(['changed-in-cloud', 'file-vanished', 'not-a-file']);
