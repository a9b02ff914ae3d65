import type { BatchProgress, FilePath } from '../protocol';
import type { Bucket } from './bucket';
import type { Budget } from './budget';
import { toFailure, type Failure } from './failure';
import type { Plan, Step } from './plan';
import { inParallel } from './parallel';
import { rateMeter } from './rateMeter';
import type { Traffic } from './traffic';
import { uploadFile, type Uploaded } from './upload';

/** What became of one step. */
export type Outcome =
  | { readonly kind: 'backed-up'; readonly step: Step; readonly uploaded: Uploaded }
  | { readonly kind: 'failed' | 'skipped'; readonly step: Step; readonly failure: Failure }
  | { readonly kind: 'cancelled'; readonly step: Step };

export interface TransferRequest {
  readonly plan: Plan;
  readonly budget: Budget;
  readonly traffic: Traffic;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BatchProgress) => void;
  /** Called when a step begins, and when it has ended. */
  readonly onStarted: (step: Step) => void;
  readonly onEnded: (outcome: Outcome) => void;
}

/**
 * Runs a plan's steps, several at a time, and gives what became of each, in their order. One step's
 * failure stops no other, unless the bucket itself is gone. A cancelled run still accounts for
 * every step.
 */
export async function transfer(request: TransferRequest): Promise<readonly Outcome[]> {
  const { plan, traffic, signal, onProgress, onStarted, onEnded } = request;
  const outcomes = new Map<Step, Outcome>();
  const underWay = new Set<FilePath>();
  const byteRate = rateMeter();
  const workRate = rateMeter();
  const gone = new Map<Bucket, Failure>();
  let bytesDone = 0;
  let backedUp = 0;
  let failed = 0;
  const files = plan.steps.length;
  const bytes = plan.steps.reduce((sum, step) => sum + step.local.size, 0);
  let isOver = false;
  const report = () => {
    // A request that was given up may still tell of bytes; the batch must not come back by that.
    if (isOver) return;
    const now = performance.now();
    byteRate.note(bytesDone, now);
    workRate.note(bytesDone + outcomes.size * workOfFile, now);
    const workLeft = bytes - bytesDone + (files - outcomes.size) * workOfFile;
    onProgress({
      planId: plan.id,
      files,
      bytes,
      filesDone: outcomes.size,
      bytesDone: Math.max(0, Math.min(bytes, bytesDone)),
      backedUp,
      failed,
      bytesPerSecond: byteRate.perSecond,
      secondsLeft: workRate.perSecond > 0 ? Math.max(0, workLeft / workRate.perSecond) : undefined,
      current: underWay.values().next().value,
    });
  };
  report();
  // Where nothing moves, that is to be seen too.
  const clock = setInterval(() => {
    if (traffic.isPaused) {
      byteRate.restart();
      workRate.restart();
    }
    report();
  }, reportEveryMs);

  try {
    await inParallel(plan.steps, stepsAtOnce, async step => {
      // Whether it ends by going on or by Cancel, the step has its outcome.
      await traffic.whenOpen(signal).catch(() => undefined);
      if (!signal.aborted) {
        underWay.add(step.path);
        onStarted(step);
        report();
      }
      const outcome = await runStep(step, request, gone, sent => {
        bytesDone += sent;
        report();
      });
      if (outcome.kind === 'failed' && outcome.failure.code === 'no-such-bucket') {
        gone.set(step.route.bucket, outcome.failure);
      }
      underWay.delete(step.path);
      outcomes.set(step, outcome);
      if (outcome.kind === 'backed-up') backedUp++;
      if (outcome.kind === 'failed') failed++;
      onEnded(outcome);
      report();
    });
  } finally {
    clearInterval(clock);
    isOver = true;
  }
  return plan.steps.flatMap(step => outcomes.get(step) ?? []);
}

/** What a file costs beside its bytes, as if it had so many more. */
const workOfFile = 64 << 10;

const reportEveryMs = 500;

/** Files under way at once; the budget decides how many of them hold bytes. */
const stepsAtOnce = 32;

async function runStep(
  step: Step,
  { budget, signal }: TransferRequest,
  /** The buckets that no longer exist. What is left for them need not be read and sent. */
  gone: ReadonlyMap<Bucket, Failure>,
  onBytes: (bytes: number) => void,
): Promise<Outcome> {
  if (signal.aborted) return { kind: 'cancelled', step };
  const { path, condition, route } = step;
  const failure = gone.get(route.bucket);
  if (failure !== undefined) return { kind: 'failed', step, failure };
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
