import type { Entry } from './comparison';
import type { Comparisons } from './comparisons';
import { Failure } from '../failures/failure';
import { toFilePath, topmost } from '../disk/filePath';
import type { ComparisonJob } from './job';

/** Compares files and folders of the disk anew, absolute, with all below them. */
export async function compareResources(
  comparisons: Comparisons,
  job: ComparisonJob,
  absolute: readonly string[],
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const starts = topmost(
    absolute.map(path => {
      const start = toFilePath(job.root, path);
      if (start === undefined) throw new Failure('file-vanished', path);
      return start;
    }),
  );
  const entries: Entry[] = [];
  for (const start of starts) {
    entries.push(...(await comparisons.compareBelow(start, job, signal)));
  }
  return entries;
}
