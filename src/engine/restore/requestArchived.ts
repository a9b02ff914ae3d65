import type { Problem } from '../../protocol/reports';
import type { ArchiveAnswer } from '../../protocol/restore';
import { toFailure } from '../failures/failure';
import { toKey } from '../disk/objectKey';
import { inParallel } from '../concurrency/parallel';
import type { RestoreStep } from './restorePlan';

/** Asks archives for the bytes of files, to be readable for so many days. */
export async function requestArchived(
  steps: readonly RestoreStep[],
  days: number,
  signal: AbortSignal,
  onRequested: (step: RestoreStep) => void,
): Promise<ArchiveAnswer> {
  const problems: Problem[] = [];
  let requested = 0;
  await inParallel(steps, requestsAtOnce, async step => {
    const { route, path, versionId } = step;
    const { target, bucket } = route;
    try {
      await bucket.requestRestore({ key: toKey(target.prefix, path), versionId, days, signal });
      requested++;
      onRequested(step);
    } catch (error) {
      const failure = toFailure(error, path);
      if (failure.code === 'cancelled') throw failure;
      problems.push({ folder: target.folder, path, kind: 'failed', failure: failure.toRecord() });
    }
  });
  return { requested, problems };
}

const requestsAtOnce = 8;
