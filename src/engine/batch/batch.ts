import type { BatchProgress } from '../../protocol/state';
import { inLanes, type Width } from '../concurrency/parallel';
import { toAbsolutePath } from '../disk/filePath';
import { failureBefore, toFailure, type Failure } from '../failures/failure';
import type { TransferControl } from '../network/transferControl';
import type { Bucket } from '../ports/bucket';
import { BatchProgressCounter } from './batchProgress';
import type { FileTurns } from './fileTurns';
import type { PlanKind, PlanRun } from './planKind';
import type { BatchStep, Ending, Outcome, StepResult } from './step';
import { StepQueue, type QueuedStep } from './stepQueue';

export interface BatchRequest<Step extends BatchStep, Result extends StepResult>
  extends
    Pick<PlanRun<Step, Result>, 'work' | 'steps' | 'runStep'>,
    Pick<PlanKind<never, never, never, Step, Result>, 'bytesOf' | 'isSkipped'> {
  readonly planId: number;
  readonly traffic: TransferControl;
  /** Files under way at once; the semaphore decides how many of them hold bytes. */
  readonly lanes: Width;
  /** Shared by all batches: two steps that work on one file at once would undo each other. */
  readonly fileTurns: Pick<FileTurns, 'acquire'>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BatchProgress) => void;
  readonly onStarted: (step: Step) => void;
  /** Awaited before anybody is told what became of a step: keeps what it has proved. */
  readonly keep: (outcome: Outcome<Step, Result>) => Promise<void>;
  readonly onEnded: (outcome: Outcome<Step, Result>) => void;
}

/**
 * Runs steps, several at a time, and returns what became of each, in their order. One step's failure
 * stops no other, unless the bucket itself is gone or refuses whatever it is asked for: then the rest
 * is left. A cancelled run still accounts for every step.
 */
export async function runBatch<Step extends BatchStep, Result extends StepResult>(
  request: BatchRequest<Step, Result>,
): Promise<readonly Outcome<Step, Result>[]> {
  const { steps, traffic, fileTurns, signal, bytesOf, onStarted, keep, onEnded } = request;
  const outcomes = new Map<Step, Outcome<Step, Result>>();
  const goneBuckets = new Map<Bucket, Failure>();
  const queue = new StepQueue({ steps, bytesOf, signal });
  const progress = new BatchProgressCounter({
    ...request,
    files: steps.length,
    bytes: steps.reduce((sum, step) => sum + bytesOf(step), 0),
  });
  let outageAtCancel: Failure | undefined;
  // Noted before those who wait are told, since by then the outage is over for this batch.
  const onCancel = () => {
    outageAtCancel = traffic.outage?.failure;
  };
  signal.addEventListener('abort', onCancel, { once: true });

  const runStep = async ({ step, refusal }: QueuedStep<Step>): Promise<void> => {
    // Cancelled while it waits, the step has an outcome all the same.
    await traffic.whenOpen(signal).catch(() => undefined);
    if (!signal.aborted && refusal === undefined) {
      onStarted(step);
      progress.started(step.path);
    }
    const onBytes = (bytes: number) => {
      progress.moved(bytes);
    };
    const ending: Ending<Result> =
      refusal === undefined || signal.aborted
        ? withReason(await endingOf(step, request, { goneBuckets, onBytes }), outageAtCancel)
        : { kind: 'cancelled', failure: refusal, isLeft: true };
    const bytes = ending.kind === 'done' ? ending.result.local.size : bytesOf(step);
    const outcome = { step, bytes, ...ending };
    await keep(outcome);
    if (ending.kind === 'failed' && ending.failure.code === 'no-such-bucket') {
      goneBuckets.set(step.route.bucket, ending.failure);
    }
    outcomes.set(step, outcome);
    queue.ended(step, ending);
    progress.ended(step.path, outcome.kind);
    onEnded(outcome);
  };

  try {
    // Which step it is that comes next may have to be waited for.
    await inLanes(steps.keys(), request.lanes, async () => {
      const next = await queue.next();
      if (next === undefined) return;
      const { route, path } = next.step;
      const release = await fileTurns.acquire(toAbsolutePath(route.root, path), signal);
      try {
        await runStep(next);
      } finally {
        release();
      }
    });
  } finally {
    signal.removeEventListener('abort', onCancel);
    progress.stop();
  }
  return steps.flatMap(step => outcomes.get(step) ?? []);
}

async function endingOf<Step extends BatchStep, Result extends StepResult>(
  step: Step,
  { runStep, isSkipped, signal }: BatchRequest<Step, Result>,
  {
    goneBuckets,
    onBytes,
  }: {
    /** Buckets that no longer exist: no step for them needs to be tried. */
    readonly goneBuckets: ReadonlyMap<Bucket, Failure>;
    readonly onBytes: (bytes: number) => void;
  },
): Promise<Ending<Result>> {
  if (signal.aborted) return { kind: 'cancelled' };
  const gone = goneBuckets.get(step.route.bucket);
  if (gone !== undefined) return { kind: 'failed', failure: gone };
  try {
    return { kind: 'done', result: await runStep(step, onBytes) };
  } catch (error) {
    const failure = toFailure(error, step.path);
    if (failure.code === 'cancelled') {
      return withReason({ kind: 'cancelled' }, failureBefore(failure));
    }
    return { kind: isSkipped(failure) ? 'skipped' : 'failed', failure };
  }
}

/** Adds to a cancelled step why it had not arrived, where that is known and not said yet. */
function withReason<Result>(ending: Ending<Result>, failure: Failure | undefined): Ending<Result> {
  const lacksReason = ending.kind === 'cancelled' && ending.failure === undefined;
  return lacksReason && failure !== undefined ? { kind: 'cancelled', failure } : ending;
}
