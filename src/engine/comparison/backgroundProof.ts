import type { FilePath } from '../../protocol/folders';
import type { LogEntry } from '../../protocol/host';
import { decideByContent } from '../compare/decideByContent';
import type { ContentCase } from '../compare/join';
import { judge, type JudgeRules } from '../compare/judge';
import { inParallel } from '../concurrency/parallel';
import { isSameState } from '../disk/localFile';
import { describeFailure, isCancelled, toFailure } from '../failures/failure';
import type { Comparison } from './comparison';
import type { Entry } from './entry';
import type { ComparisonJob, Route } from './job';

export interface BackgroundProofDeps {
  /** Aborted when the engine ends. */
  readonly signal: AbortSignal;
  readonly onLog: (entry: LogEntry) => void;
}

/**
 * Proves by content, in the background, files that are up to date by name and time alone, or says
 * what differs. Nobody waits for it. The proofs of one folder run one after the other.
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
    const { stop, last } = this.#running.get(folder) ?? {
      stop: new AbortController(),
      last: Promise.resolve(),
    };
    const signal = AbortSignal.any([stop.signal, this.#deps.signal]);
    // Selected when it is their turn, so that nothing is read again that was proved before.
    const mine = last.then(() => this.#prove(job, comparison, { below, signal }));
    this.#running.set(folder, { stop, last: mine });
  }

  stop(folder: string): void {
    this.#running.get(folder)?.stop.abort();
    this.#running.delete(folder);
  }

  async #prove(
    job: ComparisonJob,
    comparison: Comparison,
    { below, signal }: { readonly below: readonly FilePath[]; readonly signal: AbortSignal },
  ): Promise<void> {
    const { folder, prefix } = job.target;
    try {
      const unproved = below
        .flatMap(path => [...comparison.inGroup('up-to-date', path)])
        .filter(isUnproved);
      const cases = unproved.flatMap(entry => contentCaseOf(entry, job, 'content') ?? []);
      await inParallel(cases, maxConcurrentReads, async asked => {
        // Another comparison, or a verification, may have been faster.
        if (!isStillUnproved(comparison, asked)) return;
        const finding = await decideByContent(asked, { ...job, prefix, signal });
        if (isStillUnproved(comparison, asked)) comparison.place(finding);
      });
    } catch (error) {
      if (isCancelled(error)) return;
      const failure = describeFailure(toFailure(error, folder));
      this.#deps.onLog({
        level: 'warning',
        message: `Proving in the background ended early: ${failure}`,
      });
    }
  }
}

interface Running {
  readonly stop: AbortController;
  /** Settles when all proofs of the folder that were started so far have ended. */
  readonly last: Promise<void>;
}

/** Leaves the disk and the processor to whatever else goes on. */
const maxConcurrentReads = 2;

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
