import { rootPath, type FilePath } from '../../protocol/folders';
import type { LogEntry } from '../../protocol/host';
import { groups } from '../../protocol/verdicts';
import { compareFolder } from '../compare/compare';
import { isWithin } from '../disk/filePath';
import { maxAttempts } from '../network/attempt';
import type { Comparing } from '../state/statePublisher';
import { Comparison } from './comparison';
import type { ComparisonJob } from './job';

export interface NewComparisonRequest {
  /** The file or folder that is compared, with everything below it. */
  readonly start: FilePath;
  readonly job: ComparisonJob;
  readonly signal: AbortSignal;
  readonly onComparing: (now: Comparing) => void;
  readonly onLog: (entry: LogEntry) => void;
}

/** Compares a file or folder with the bucket, reports the progress, and logs the result. */
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
  // Before the store has answered, the attempts to reach it say more than the files counted here.
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
    message: describe(comparison, start, performance.now() - begun),
  });
  return comparison;
}

/**
 * More places than this are compared by one comparison of the folder above them all: one listing
 * takes fewer requests than many.
 */
export const maxSingleComparisons = 20;

/** Replaces what a comparison knows below a folder by what another one has found there. */
export function replaceBelow(whole: Comparison, part: Comparison, start: FilePath): void {
  // What is not known of a part is not known of the whole.
  whole.incomplete ??= part.incomplete;
  for (const known of [...whole.below(start)]) {
    if (part.get(known.path) === undefined) whole.remove(known.path);
  }
  for (const found of part.entries()) {
    // An ignored folder above the start stands for more than what was listed here.
    if (isWithin(found.path, start)) whole.place(found);
  }
}

function describe(comparison: Comparison, start: FilePath, milliseconds: number): string {
  const { bucket, prefix, found, groups: byGroup, incomplete } = comparison.totals();
  const counts = groups
    .filter(group => byGroup[group].files > 0)
    .map(group => `${group} ${String(byGroup[group].files)}`);
  const what = `Compared ${start === rootPath ? 'the folder' : start} with ${bucket}/${prefix}`;
  const end = incomplete === undefined ? '' : `; the listing broke off: ${incomplete.cause ?? ''}`;
  return `${what} in ${milliseconds.toFixed(0)} ms: ${String(found)} found (${counts.join(', ')})${end}`;
}
