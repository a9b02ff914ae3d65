import type { FilePath } from '../../protocol/folders';
import type { ReplacedFile } from '../../protocol/reports';
import type { Work } from '../../protocol/rows';
import type { BatchProgress } from '../../protocol/state';
import type { Bucket } from '../ports/bucket';
import { failureBefore, toFailure, type Failure } from '../failures/failure';
import type { LocalFile } from '../disk/localFile';
import { inParallel } from '../concurrency/parallel';
import type { KeyedLock } from '../concurrency/keyedLock';
import { rateMeter } from './rateMeter';
import type { Receipt } from '../records/receipts';
import type { TransferControl } from '../network/transferControl';
import { maxConcurrency } from '../config/settings';
import type { Route } from '../comparison/job';
import { toAbsolutePath } from '../disk/filePath';

/** One file's part in a batch, whichever way its bytes go. */
export interface BatchStep {
  readonly route: Route;
  readonly path: FilePath;
}

/** What a step leads to that goes well. */
export interface StepResult {
  readonly local: LocalFile;
  /** Where it proves that both sides are the same. */
  readonly receipt?: Receipt | undefined;
  /** What became of the local file that it has replaced. */
  readonly replaced?: ReplacedFile | undefined;
}

/** What became of one step; `bytes` are those that have moved, or were to. */
export type Outcome<S extends BatchStep = BatchStep, R extends StepResult = StepResult> = {
  readonly step: S;
  readonly bytes: number;
} & (
  | { readonly kind: 'done'; readonly result: R }
  | { readonly kind: 'failed' | 'skipped'; readonly failure: Failure }
  | Cancelled
);

/** What somebody has cancelled, with what had kept it from arriving until then. */
interface Cancelled {
  readonly kind: 'cancelled';
  readonly failure?: Failure;
}

/** What a batch tells while it runs, and whom it has to wait for. */
export interface BatchEvents<S extends BatchStep, R extends StepResult> {
  /** Of all batches of the engine: two that work on one file at once would undo each other. */
  readonly fileLock: KeyedLock;
  readonly onProgress: (progress: BatchProgress) => void;
  /** Called when a step begins, and when it has ended. */
  readonly onStarted: (step: S) => void;
  readonly onEnded: (outcome: Outcome<S, R>) => void;
}

export interface BatchRequest<S extends BatchStep, R extends StepResult> extends BatchEvents<S, R> {
  readonly work: Work;
  readonly planId: number;
  readonly steps: readonly S[];
  readonly traffic: TransferControl;
  readonly signal: AbortSignal;
  /** How many bytes a step is to move. */
  readonly bytesOf: (step: S) => number;
  /** Does what a step says; `onBytes` is told of bytes as they move, negative where in vain. */
  readonly run: (step: S, onBytes: (bytes: number) => void) => Promise<R>;
  /** Whether a failure is not one of ours: a side is no longer what the plan saw. */
  readonly isSkipped: (failure: Failure) => boolean;
  /** What keeps steps from beginning at the moment, where they would only wait. */
  readonly keptFrom?: () => Failure | undefined;
}

/**
 * Runs steps, several at a time, and gives what became of each, in their order. One step's failure
 * stops no other, unless the bucket itself is gone. A cancelled run still accounts for every step.
 */
export async function runBatch<S extends BatchStep, R extends StepResult>(
  request: BatchRequest<S, R>,
): Promise<readonly Outcome<S, R>[]> {
  const { steps, traffic, fileLock, signal, bytesOf, onStarted, onEnded } = request;
  const outcomes = new Map<S, Outcome<S, R>>();
  const underWay = new Set<FilePath>();
  const gone = new Map<Bucket, Failure>();
  const progress = followBatch(request, underWay);
  let keptFrom: Failure | undefined;
  // Before those who wait hear of it, and nothing is kept from anything any more.
  const onCancel = () => {
    keptFrom = request.keptFrom?.();
  };
  signal.addEventListener('abort', onCancel, { once: true });

  const runStep = async (step: S): Promise<void> => {
    // Whether it ends by going on or by Cancel, the step has its outcome.
    await traffic.whenOpen(signal).catch(() => undefined);
    if (!signal.aborted) {
      underWay.add(step.path);
      onStarted(step);
      progress.moved(0);
    }
    const fate = withReason(
      await fateOf(step, request, gone, more => {
        progress.moved(more);
      }),
      keptFrom,
    );
    const bytes = fate.kind === 'done' ? fate.result.local.size : bytesOf(step);
    const outcome = { step, bytes, ...fate };
    if (fate.kind === 'failed' && fate.failure.code === 'no-such-bucket') {
      gone.set(step.route.bucket, fate.failure);
    }
    underWay.delete(step.path);
    outcomes.set(step, outcome);
    progress.ended(outcome.kind);
    onEnded(outcome);
  };

  try {
    await inParallel(steps, stepsAtOnce, async step => {
      const leave = await fileLock.acquire(toAbsolutePath(step.route.root, step.path), signal);
      try {
        await runStep(step);
      } finally {
        leave();
      }
    });
  } finally {
    signal.removeEventListener('abort', onCancel);
    progress.stop();
  }
  return steps.flatMap(step => outcomes.get(step) ?? []);
}

/** Files under way at once; the budget decides how many of them hold bytes. */
const stepsAtOnce = maxConcurrency;

type Fate<R> =
  | { readonly kind: 'done'; readonly result: R }
  | { readonly kind: 'failed' | 'skipped'; readonly failure: Failure }
  | Cancelled;

async function fateOf<S extends BatchStep, R extends StepResult>(
  step: S,
  { run, isSkipped, signal }: BatchRequest<S, R>,
  /** The buckets that no longer exist. What is left for them need not be tried. */
  gone: ReadonlyMap<Bucket, Failure>,
  onBytes: (bytes: number) => void,
): Promise<Fate<R>> {
  if (signal.aborted) return { kind: 'cancelled' };
  const failure = gone.get(step.route.bucket);
  if (failure !== undefined) return { kind: 'failed', failure };
  try {
    return { kind: 'done', result: await run(step, onBytes) };
  } catch (error) {
    const failure = toFailure(error, step.path);
    if (failure.code === 'cancelled')
      return withReason({ kind: 'cancelled' }, failureBefore(failure));
    return { kind: isSkipped(failure) ? 'skipped' : 'failed', failure };
  }
}

/** Says of what was cancelled why it had not arrived, where that is known and not said yet. */
function withReason<R>(fate: Fate<R>, failure: Failure | undefined): Fate<R> {
  const isToTell = fate.kind === 'cancelled' && fate.failure === undefined && failure !== undefined;
  return isToTell ? { kind: 'cancelled', failure } : fate;
}

/** Counts what a batch does, and tells of it with its rate and the time left. */
function followBatch<S extends BatchStep, R extends StepResult>(
  { work, planId, steps, traffic, bytesOf, onProgress }: BatchRequest<S, R>,
  underWay: ReadonlySet<FilePath>,
) {
  const byteRate = rateMeter();
  const workRate = rateMeter();
  const files = steps.length;
  const bytes = steps.reduce((sum, step) => sum + bytesOf(step), 0);
  let bytesDone = 0;
  let filesDone = 0;
  let done = 0;
  let failed = 0;
  let isOver = false;

  function report(): void {
    // A request that was given up may still tell of bytes; the batch must not come back by that.
    if (isOver) return;
    const now = performance.now();
    byteRate.note(bytesDone, now);
    workRate.note(bytesDone + filesDone * workOfFile, now);
    const workLeft = bytes - bytesDone + (files - filesDone) * workOfFile;
    onProgress({
      work,
      planId,
      files,
      bytes,
      filesDone,
      bytesDone: Math.max(0, Math.min(bytes, bytesDone)),
      done,
      failed,
      bytesPerSecond: byteRate.perSecond,
      secondsLeft: workRate.perSecond > 0 ? Math.max(0, workLeft / workRate.perSecond) : undefined,
      current: underWay.values().next().value,
    });
  }

  report();
  // Where nothing moves, that is to be seen too.
  const clock = setInterval(() => {
    if (traffic.isPaused) {
      byteRate.restart();
      workRate.restart();
    }
    report();
  }, reportEveryMs);

  return {
    moved(more: number): void {
      bytesDone += more;
      report();
    },
    ended(kind: Outcome['kind']): void {
      filesDone++;
      if (kind === 'done') done++;
      if (kind === 'failed') failed++;
      report();
    },
    stop(): void {
      clearInterval(clock);
      isOver = true;
    },
  };
}

/** What a file costs beside its bytes, as if it had so many more. */
const workOfFile = 64 << 10;

const reportEveryMs = 500;
