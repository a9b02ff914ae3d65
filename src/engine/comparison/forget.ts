import { rootPath } from '../../protocol/folders';
import type { Chosen } from '../../protocol/plans';
import type { Comparisons } from './comparisons';
import type { ComparisonJob } from './job';
import { selectEntries } from './selectEntries';

export interface ForgetLostRequest {
  readonly comparisons: Comparisons;
  readonly job: ComparisonJob;
  readonly chosen: Chosen;
  readonly signal: AbortSignal;
}

/**
 * Removes the rows and receipts of lost files, so that nothing says any more that they were ever
 * safe. Returns how many of the chosen files were lost.
 */
export async function forgetLost({
  comparisons,
  job,
  chosen,
  signal,
}: ForgetLostRequest): Promise<number> {
  const entries = await selectEntries({ comparisons, job, scope: chosen, signal });
  const comparison = comparisons.current(job);
  if (comparison === undefined) return 0;
  const lost = entries.filter(({ verdict }) => verdict.kind === 'lost');
  for (const { path } of lost) {
    job.receipts.forget(path);
    comparison.remove(path);
  }
  return lost.length;
}

/**
 * Forgets what was proved of a folder. What is known of open conflicts stays, since a copy that
 * nobody has seen would else be out of date for the next comparison, and replaced. Returns how many
 * these are.
 */
export function forgetAllButConflicts(
  { comparisons }: Pick<ForgetLostRequest, 'comparisons'>,
  job: ComparisonJob,
): number {
  const conflicts = comparisons.current(job)?.inGroup('changed-in-cloud', rootPath) ?? [];
  const open = [...conflicts].map(({ path }) => path);
  return job.receipts.forgetFolder(open);
}
