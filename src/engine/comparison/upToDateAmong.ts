import type { FilePath } from '../../protocol/folders';
import type { PlannedFile, UpToDateScope } from '../../protocol/plans';
import { toFilePath } from '../disk/filePath';
import type { Comparisons } from './comparisons';
import type { ComparisonJob } from './job';
import { selectEntries } from './selectEntries';

interface UpToDateAmongRequest {
  readonly comparisons: Comparisons;
  readonly job: ComparisonJob;
  readonly scope: UpToDateScope;
  readonly signal: AbortSignal;
}

/**
 * Returns those of the files that are up to date. Throws `plan-outdated` where the scope goes by the
 * comparison at hand and there is none for this job.
 */
export async function upToDateAmong({
  comparisons,
  job,
  scope,
  signal,
}: UpToDateAmongRequest): Promise<readonly PlannedFile[]> {
  const files = new Map<FilePath, string>();
  for (const absolute of scope.paths) {
    const path = toFilePath(job.root, absolute);
    if (path !== undefined) files.set(path, absolute);
  }
  // A file may be edited that is gone from the disk, which is no failure here.
  const kind = scope.kind === 'resources' ? 'anew' : 'known';
  const entries = await selectEntries({
    comparisons,
    job,
    scope: { kind, paths: [...files.keys()] },
    signal,
  });
  const { folder } = job.target;
  return entries.flatMap(({ path, verdict }) => {
    const absolute = verdict.kind === 'up-to-date' ? files.get(path) : undefined;
    return absolute === undefined ? [] : [{ folder, path, absolute }];
  });
}
