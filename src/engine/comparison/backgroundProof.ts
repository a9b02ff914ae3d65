import type { ProvingProgress } from '../../protocol/comparisons';
import type { FilePath } from '../../protocol/folders';
import type { LogEntry } from '../../protocol/host';
import { decideByContent } from '../compare/decideByContent';
import type { ContentCase } from '../compare/join';
import { judge, type JudgeRules } from '../compare/judge';
import type { QuietTime } from '../concurrency/quietTime';
import { isSameState } from '../disk/localFile';
import { describeFailure, isCancelled, toFailure } from '../failures/failure';
import type { Comparison } from './comparison';
import type { Entry } from './entry';
import type { ComparisonJob, Route } from './job';

export interface BackgroundProofDeps {
  /** Aborted when the engine ends. */
  readonly signal: AbortSignal;
  readonly quiet: QuietTime;
  /** Called when there is news of how far the proofs are. */
  readonly onProving: () => void;
  readonly onLog: (entry: LogEntry) => void;
}

/**
 * Proves by content, in the background, files that are up to date by name and time alone, or says
 * what differs. Nobody waits for it: a bucket that another tool has filled may take hours. It reads
 * local files and asks for heads, one after the other, in quiet time, and downloads nothing.
 */
export class BackgroundProof {
  readonly #running = new Map<string, Running>();
  readonly #deps: BackgroundProofDeps;

  constructor(deps: BackgroundProofDeps) {
    this.#deps = deps;
  }

  /** Proves what is at or below some paths, after the folder's proofs that were started before. */
  start(job: ComparisonJob, comparison: Comparison, below: readonly FilePath[]): void {
    const { folder } = job.target;
    const running = this.#running.get(folder) ?? {
      stop: new AbortController(),
      last: Promise.resolve(),
      progress: undefined,
    };
    this.#running.set(folder, running);
    // Selected when it is their turn, so that nothing is read again that was proved before.
    running.last = running.last.then(() => this.#prove({ job, comparison, below, running }));
  }

  stop(folder: string): void {
    const running = this.#running.get(folder);
    running?.stop.abort();
    this.#running.delete(folder);
    if (running?.progress !== undefined) this.#deps.onProving();
  }

  /** How far the proofs of a folder are; `undefined` while there are none, or they have just begun. */
  progress(folder: string): ProvingProgress | undefined {
    return this.#running.get(folder)?.progress;
  }

  async #prove({ job, comparison, below, running }: ProofRequest): Promise<void> {
    const { signal: ended, onProving } = this.#deps;
    const { folder } = job.target;
    const signal = AbortSignal.any([running.stop.signal, ended]);
    const unproved = below
      .flatMap(path => [...comparison.inGroup('up-to-date', path)])
      .filter(isUnproved);
    const bytes = unproved.reduce((sum, entry) => sum + entry.bytes, 0);
    let [filesDone, bytesDone] = [0, 0];
    const begun = performance.now();
    try {
      for (const { path, bytes: size } of unproved) {
        await this.#proveOne(path, { job, comparison, signal });
        filesDone++;
        bytesDone += size;
        if (performance.now() - begun < tellAfterMs) continue;
        running.progress = { files: unproved.length, filesDone, bytes, bytesDone };
        onProving();
      }
    } catch (error) {
      if (isCancelled(error)) return;
      const failure = describeFailure(toFailure(error, folder));
      this.#deps.onLog({
        level: 'warning',
        message: `Proving in the background ended early: ${failure}`,
      });
    } finally {
      const wasTold = running.progress !== undefined;
      running.progress = undefined;
      if (wasTold) onProving();
    }
  }

  async #proveOne(
    path: FilePath,
    { job, comparison, signal }: Pick<ProofRequest, 'job' | 'comparison'> & SignalOwner,
  ): Promise<void> {
    const { quiet } = this.#deps;
    await quiet.turn(signal);
    let begun = performance.now();
    const rest = async () => {
      quiet.spent({ ms: performance.now() - begun, isSlow: false });
      await quiet.turn(signal);
      begun = performance.now();
    };
    try {
      // Another comparison, or a verification, may have been faster.
      const entry = comparison.get(path);
      if (entry === undefined || entry.activity !== undefined || !isUnproved(entry)) return;
      const asked = contentCaseOf(entry, job, 'content');
      if (asked === undefined) return;
      const { prefix } = job.target;
      const finding = await decideByContent(asked, { ...job, prefix, signal, between: rest });
      if (isStillUnproved(comparison, asked)) comparison.place(finding);
    } finally {
      quiet.spent({ ms: performance.now() - begun, isSlow: false });
    }
  }
}

interface ProofRequest {
  readonly job: ComparisonJob;
  readonly comparison: Comparison;
  readonly below: readonly FilePath[];
  readonly running: Running;
}

interface SignalOwner {
  readonly signal: AbortSignal;
}

interface Running {
  readonly stop: AbortController;
  /** Settles when all proofs of the folder that were started so far have ended. */
  last: Promise<void>;
  progress: ProvingProgress | undefined;
}

/** What is soon over is not told. */
const tellAfterMs = 1_000;

/** What reading a file would decide about its verdict; `undefined` where there is nothing to ask. */
export function contentCaseOf(
  { path, local, cloud }: Entry,
  { bucket, receipts }: Pick<Route, 'bucket' | 'receipts'>,
  rule: JudgeRules['rule'],
): ContentCase | undefined {
  if (local === undefined || cloud === undefined) return undefined;
  const receipt = receipts.get(path);
  const reading = receipts.reading(path);
  const { clockOffsetMs } = bucket;
  const question = judge({ local, cloud, receipt, reading }, { rule, clockOffsetMs });
  return question.kind === 'ask-content' ? { local, cloud, receipt, question } : undefined;
}

/** Whether a row still shows the state that was asked about, so that it may take the answer. */
export function isStillAsked(comparison: Comparison, { local, cloud }: ContentCase): boolean {
  const now = comparison.get(local.path);
  return (
    now?.local !== undefined &&
    isSameState(now.local, local) &&
    now.cloud?.etag === cloud.etag &&
    now.cloud.size === cloud.size &&
    (now.activity === undefined || now.activity.kind === 'verifying')
  );
}

function isStillUnproved(comparison: Comparison, asked: ContentCase): boolean {
  const now = comparison.get(asked.local.path);
  if (now === undefined || now.activity !== undefined || !isUnproved(now)) return false;
  return isStillAsked(comparison, asked);
}

function isUnproved({ verdict }: Entry): boolean {
  return verdict.kind === 'up-to-date' && verdict.proof === 'name-and-time';
}
