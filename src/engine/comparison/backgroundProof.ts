import type { FilePath } from '../../protocol/folders';
import type { LogEntry } from '../../protocol/host';
import type { Comparison } from './comparison';
import { describeFailure, toFailure } from '../failures/failure';
import { isUnproved, proveByContent } from './proof';
import type { ComparisonJob } from './job';
import { isCancelled } from '../failures/failure';

/** Proves in the background what only name and time vouch for; nobody waits for it. */
export interface BackgroundProof {
  /** Proves what stands at or below a path, after what was begun before in that folder. */
  start(job: ComparisonJob, comparison: Comparison, below: FilePath): void;
  stop(folder: string): void;
}

export interface BackgroundProofDeps {
  /** Aborted when the engine ends. */
  readonly signal: AbortSignal;
  readonly onLog: (entry: LogEntry) => void;
}

export function backgroundProof({ signal: ended, onLog }: BackgroundProofDeps): BackgroundProof {
  const running = new Map<string, Running>();

  async function prove(
    job: ComparisonJob,
    comparison: Comparison,
    below: FilePath,
    signal: AbortSignal,
  ): Promise<void> {
    const { folder, prefix } = job.target;
    // Asked when it is their turn: what the proofs before have settled is not read again.
    const unproved = [...comparison.inGroup('up-to-date', below)].filter(isUnproved);
    try {
      await proveByContent(unproved, { ...job, prefix, comparison, signal });
    } catch (error) {
      if (isCancelled(error)) return;
      const failure = toFailure(error, folder);
      const message = `Proving in the background ended early: ${describeFailure(failure)}`;
      onLog({ level: 'warning', message });
    }
  }

  return {
    start(job, comparison, below) {
      const { folder } = job.target;
      const { stop, last } = running.get(folder) ?? {
        stop: new AbortController(),
        last: Promise.resolve(),
      };
      const signal = AbortSignal.any([stop.signal, ended]);
      const mine = last.then(() => prove(job, comparison, below, signal));
      running.set(folder, { stop, last: mine });
    },
    stop(folder) {
      running.get(folder)?.stop.abort();
      running.delete(folder);
    },
  };
}

/** The proofs of one folder, one after the other. */
interface Running {
  readonly stop: AbortController;
  readonly last: Promise<void>;
}
