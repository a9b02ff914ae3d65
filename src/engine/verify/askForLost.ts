import { unlistedCopies } from '../compare/unlistedCopies';
import type { Comparisons } from '../comparison/comparisons';
import type { Entry } from '../comparison/entry';
import type { ComparisonJob } from '../comparison/job';
import { Failure } from '../failures/failure';
import type { VerifyTally } from './verifyTally';

export interface AskForLostRequest {
  readonly comparisons: Comparisons;
  readonly job: ComparisonJob;
  readonly tally: VerifyTally;
  readonly signal: AbortSignal;
}

/**
 * Asks the store for each lost file, however many they are: a comparison asks for some of them only,
 * and not every store lists everything that it has. Their rows say afterwards what it answered.
 */
export async function askForLost(
  lost: readonly Entry[],
  { comparisons, job, tally, signal }: AskForLostRequest,
): Promise<void> {
  if (lost.length === 0) return;
  const { bucket, target } = job;
  const request = { bucket, prefix: target.prefix, signal, maxHeads: lost.length };
  const paths = lost.map(({ path }) => path);
  const { found, unknown } = await unlistedCopies(paths, request);
  const comparison = comparisons.current(job);
  for (const { path, verdict } of lost) {
    const cloud = found.get(path);
    const failure = unknown.get(path);
    const isStill = comparison?.get(path)?.verdict === verdict;
    const place = (now: Pick<Entry, 'cloud' | 'verdict'>) => {
      if (isStill) comparison.place({ path, isFolder: false, local: undefined, ...now });
    };
    if (cloud !== undefined) {
      tally.addFailed(job, path, new Failure('not-listed', path));
      place({ cloud, verdict: { kind: 'only-in-cloud', because: 'not-listed' } });
    } else if (failure !== undefined) {
      tally.addFailed(job, path, new Failure(failure.code, failure.subject, failure.cause));
      place({ cloud: undefined, verdict: { kind: 'unchecked', failure } });
    } else {
      tally.addMissing();
      if (verdict.kind === 'lost') {
        place({ cloud: undefined, verdict: { kind: 'lost', safeAt: verdict.safeAt } });
      }
    }
  }
}
