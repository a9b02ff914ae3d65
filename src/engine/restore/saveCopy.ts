import { basename, dirname } from 'node:path';
import type { CloudCopySaving } from '../../protocol/cloudCopies';
import type { FilePath } from '../../protocol/folders';
import { copyStep } from './planRestore';
import { restoreFile, type RestoreDeps } from './restoreFile';
import type { ComparisonJob } from '../comparison/job';

/**
 * Restores one copy to a place anywhere on the disk, as any other file: checked, and all or
 * nothing. What was there goes the way of what restores replace.
 */
export async function saveCopy(
  job: ComparisonJob,
  { path: from, versionId, to }: CloudCopySaving,
  deps: RestoreDeps,
  signal: AbortSignal,
): Promise<void> {
  const route = { ...job, root: dirname(to) };
  const path = basename(to) as FilePath;
  const step = await copyStep(route, { path, from, versionId }, signal);
  await restoreFile({ ...step, choice: 'replace' }, deps, signal, () => undefined);
}
