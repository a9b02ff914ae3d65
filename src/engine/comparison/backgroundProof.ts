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
import { bytesOf, type Entry } from './entry';
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
  /** The folders whose proofs the user has stopped: comparing anew is no wish to go on. */
  readonly #unwanted = new Set<string>();
  readonly #deps: BackgroundProofDeps;

  constructor(deps: BackgroundProofDeps) {
    this.#deps = deps;
  }

  /** Proves what is at or below some paths, after the folder's proofs that were started before. */
  start(job: ComparisonJob, comparison: Comparison, below: readonly FilePath[]): void {
    const { folder } = job.target;
    if (this.#unwanted.has(folder)) return;
    const running = this.#running.get(folder) ?? {
      stop: new AbortController(),
      last: Promise.resolve(),
      left: 0,
      progress: undefined,
    };
    this.#running.set(folder, running);
    running.left++;
    // Selected when it is their turn, so that nothing is read again that was proved before.
    running.last = running.last.then(async () => {
      await this.#prove({ job, comparison, below, running });
      running.left--;
    });
  }

  /** Stops all proofs that go on, and starts none in their folders until they are wanted again. */
  stopForUser(): void {
    for (const [folder, { left }] of [...this.#running]) {
      if (left === 0) continue;
      this.#unwanted.add(folder);
      this.stop(folder);
    }
  }

  /** Lets later proofs of a folder start again: the user has asked for a proof himself. */
  want(folder: string): void {
    this.#unwanted.delete(folder);
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
    const unproved: Entry[] = [];
    for (const place of below) {
      for (const entry of comparison.inGroup('up-to-date', place)) {
        if (isUnproved(entry)) unproved.push(entry);
      }
    }
    const bytes = unproved.reduce((sum, entry) => sum + bytesOf(entry), 0);
    let [filesDone, bytesDone] = [0, 0];
    const begun = performance.now();
    try {
      for (const entry of unproved) {
        await this.#proveOne(entry.path, { job, comparison, signal });
        filesDone++;
        bytesDone += bytesOf(entry);
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
    // What takes time after the last bytes is the store, which says nothing of the disk.
    let isSlow = false;
    const onBytes = (bytes: number) => {
      isSlow = isSlowRead(performance.now() - begun, bytes);
    };
    const spent = () => {
      quiet.spent({ ms: performance.now() - begun, isSlow });
    };
    const rest = async () => {
      spent();
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
      const request = { ...job, prefix, signal, onBytes, between: rest };
      const finding = await decideByContent(asked, request);
      if (isStillUnproved(comparison, asked)) comparison.place(finding);
    } finally {
      spent();
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
  /** How many of them have not. */
  left: number;
  progress: ProvingProgress | undefined;
}

/** What is soon over is not told. */
const tellAfterMs = 1_000;

function isSlowRead(ms: number, bytes: number): boolean {
  return ms > slowOpenMs + bytes * slowByteMs;
}

/** Local disks open a file in a fraction of it, and the rest is noise; it takes five calls. */
const slowOpenMs = 5;
/** Of a disk of 50 MB a second: slower than local ones, faster than most networks. */
const slowByteMs = 1 / 50_000;

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
