import type { Comparisons } from '../comparison/comparisons';
import { excludeBy } from '../scan/exclude';
import { Failure } from '../failures/failure';
import { toFilePath } from '../disk/filePath';
import { selectSteps, type Selection } from './plan';
import type { ComparisonJob } from '../comparison/job';

/** The step for one file of the disk, absolute, that is backed up this once though a rule ignores it. */
export async function selectIgnored(
  comparisons: Comparisons,
  job: ComparisonJob,
  absolute: string,
  signal: AbortSignal,
): Promise<Selection> {
  const path = toFilePath(job.root, absolute);
  if (path === undefined) throw new Failure('file-vanished', absolute);
  const ruled = job.exclude.find(path, 'file');
  // Judged by no rules, so that what is found goes into no comparison by rules.
  const freed = { ...job, exclude: excludeBy([]), rulesKey: 'no rules' };
  const found = await comparisons.compareBelow(path, freed, signal);
  const { steps, excluded } = selectSteps(
    job,
    found.filter(entry => entry.path === path),
  );
  const ignoredAt = ruled?.ruling.kind === 'ignored' ? { ignoredAt: ruled } : {};
  return { steps: steps.map(step => ({ ...step, ...ignoredAt })), excluded };
}
