import { rootPath, type LogEntry } from '../protocol';
import type { Comparison } from './comparison';
import type { ComparisonJob } from './comparisons';
import { toFailure } from './failure';
import { isStopped } from './liveChanges';
import { isUnproved, proveByContent } from './proof';

/** Proves in the background what only name and time vouch for; nobody waits for it. */
export interface QuietProofs {
  start(job: ComparisonJob, comparison: Comparison): void;
  stop(folder: string): void;
}

export interface QuietProofsParts {
  /** Aborted when the engine ends. */
  readonly signal: AbortSignal;
  readonly onLog: (entry: LogEntry) => void;
}

export function quietProofs({ signal: ended, onLog }: QuietProofsParts): QuietProofs {
  const running = new Map<string, AbortController>();

  async function prove(job: ComparisonJob, comparison: Comparison, signal: AbortSignal) {
    const { folder, prefix } = job.target;
    const unproved = [...comparison.inGroup('up-to-date', rootPath)].filter(isUnproved);
    try {
      await proveByContent(unproved, { ...job, prefix, comparison, signal });
    } catch (error) {
      if (isStopped(error)) return;
      const { code, cause } = toFailure(error, folder).toRecord();
      const message = `Proving in the background ended early: ${code} ${cause ?? ''}`;
      onLog({ level: 'warning', message });
    }
  }

  return {
    start(job, comparison) {
      const stop = new AbortController();
      running.set(job.target.folder, stop);
      void prove(job, comparison, AbortSignal.any([stop.signal, ended]));
    },
    stop(folder) {
      running.get(folder)?.abort();
      running.delete(folder);
    },
  };
}
