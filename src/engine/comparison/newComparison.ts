import type { FilePath } from '../../protocol/folders';
import type { LogEntry } from '../../protocol/host';
import { maxAttempts } from '../network/attempt';
import { compareFolder } from '../compare/compare';
import { Comparison } from './comparison';
import { describeComparison } from './describeComparison';
import type { Comparing } from '../state/statePublisher';
import type { ComparisonJob } from './job';

export interface NewComparisonRequest {
  /** The file or folder that is compared, with all below it. */
  readonly start: FilePath;
  readonly job: ComparisonJob;
  readonly signal: AbortSignal;
  readonly onComparing: (now: Comparing) => void;
  readonly onLog: (entry: LogEntry) => void;
}

/** Compares, tells how far it is, and logs what came of it. */
export async function newComparison({
  start,
  job,
  signal,
  onComparing,
  onLog,
}: NewComparisonRequest): Promise<Comparison> {
  const { target } = job;
  const { folder, prefix } = target;
  const begun = performance.now();
  // Until the store has answered, what is counted here tells less than whether it will.
  let isConnected = false;
  const { findings, incomplete } = await compareFolder({
    ...job,
    prefix,
    start,
    signal,
    onAttempt: attempt => {
      onComparing({ kind: 'connecting', folder, attempt, attempts: maxAttempts });
    },
    onAnswer: () => {
      isConnected = true;
    },
    onProgress: (localFiles, cloudFiles) => {
      if (isConnected) onComparing({ kind: 'comparing', folder, localFiles, cloudFiles });
    },
  });
  const comparison = new Comparison(target);
  comparison.incomplete = incomplete;
  for (const finding of findings) comparison.place(finding);
  onLog({
    level: incomplete === undefined ? 'info' : 'warning',
    message: describeComparison(comparison, start, performance.now() - begun),
  });
  return comparison;
}
