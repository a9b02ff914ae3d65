import { rootPath, type FilePath } from '../../protocol/folders';
import type { LogEntry } from '../../protocol/host';
import { groups } from '../../protocol/verdicts';
import { compareFolder } from '../compare/compare';
import { TimeSlice } from '../concurrency/timeSlice';
import { isWithinAny } from '../disk/filePath';
import { maxAttempts } from '../network/attempt';
import { describeRequests, type RequestCount } from '../network/requestCount';
import type { Comparing } from '../state/statePublisher';
import { Comparison } from './comparison';
import type { ComparisonJob } from './job';

export interface NewComparisonRequest {
  /** The files and folders that are compared, with everything below them. */
  readonly starts: readonly FilePath[];
  /** What to do where some of them do not exist, and others do. */
  readonly ifVanished: 'fail' | 'leave-out';
  readonly job: ComparisonJob;
  readonly signal: AbortSignal;
  readonly onComparing: (now: Comparing) => void;
  readonly requests: Pick<RequestCount, 'begin'>;
  readonly onLog: (entry: LogEntry) => void;
}

export interface ComparedPart {
  readonly comparison: Comparison;
  /** What was there of what was to be compared. */
  readonly starts: readonly FilePath[];
}

/** Compares files and folders with the bucket, reports the progress, and logs the result. */
export async function newComparison({
  starts,
  ifVanished,
  job,
  signal,
  onComparing,
  requests,
  onLog,
}: NewComparisonRequest): Promise<ComparedPart> {
  const { target } = job;
  const { folder, prefix } = target;
  const begun = performance.now();
  const asked = requests.begin();
  // Before the store has answered, the attempts to reach it say more than the files counted here.
  let isConnected = false;
  const {
    findings,
    incomplete,
    starts: compared,
  } = await compareFolder({
    ...job,
    prefix,
    starts,
    ifVanished,
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
  const comparison = new Comparison(target, findings.cloud);
  comparison.incomplete = incomplete;
  await comparison.placeAll(findings, new TimeSlice(signal));
  onLog({
    level: incomplete === undefined ? 'info' : 'warning',
    message: `${describe(comparison, starts, performance.now() - begun)}; ${describeRequests(asked())}`,
  });
  return { comparison, starts: compared };
}

/** Replaces what a comparison knows below some paths by what another one has found there. */
export function replaceBelow(whole: Comparison, { comparison: part, starts }: ComparedPart): void {
  // What is not known of a part is not known of the whole.
  whole.incomplete ??= part.incomplete;
  for (const known of starts.flatMap(start => [...whole.below(start)])) {
    if (part.get(known.path) === undefined) whole.remove(known.path);
  }
  const places = new Set(starts);
  for (const found of part.entries()) {
    // An ignored folder above the start stands for more than what was listed here.
    if (isWithinAny(found.path, places)) whole.place(found);
  }
}

function describe(
  comparison: Comparison,
  starts: readonly FilePath[],
  milliseconds: number,
): string {
  const { bucket, prefix, found, groups: byGroup, incomplete } = comparison.totals();
  const counts = groups
    .filter(group => byGroup[group].files > 0)
    .map(group => `${group} ${String(byGroup[group].files)}`);
  const [only = rootPath, ...others] = starts;
  const place = others.length > 0 ? `${String(starts.length)} places` : only;
  const what = `Compared ${place === rootPath ? 'the folder' : place} with ${bucket}/${prefix}`;
  const end = incomplete === undefined ? '' : `; the listing broke off: ${incomplete.cause ?? ''}`;
  return `${what} in ${milliseconds.toFixed(0)} ms: ${String(found)} found (${counts.join(', ')})${end}`;
}
