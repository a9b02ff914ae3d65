import type { FilePath } from '../../protocol/folders';
import type { Safety } from '../../protocol/safety';
import type { Verdict } from '../../protocol/verdicts';
import { foldersAbove } from '../disk/filePath';
import { isSameState } from '../disk/localFile';
import { looksLikeReading } from '../records/receipts';
import { statAlong } from '../scan/localScan';
import type { Comparison } from './comparison';
import type { Comparisons } from './comparisons';
import type { Entry } from './entry';
import type { ComparisonJob } from './job';

/** Says of each path how safe it is by what is known already; asks no store and changes nothing. */
export function safetyOf(
  comparisons: Pick<Comparisons, 'of'>,
  job: ComparisonJob,
  paths: readonly FilePath[],
): readonly Safety[] {
  const comparison = comparisons.of(job.target);
  return paths.map(path =>
    comparison === undefined ? earlierSafety(job, path) : comparedSafety(job, comparison, path),
  );
}

function comparedSafety(job: ComparisonJob, comparison: Comparison, path: FilePath): Safety {
  const entry = comparison.get(path) ?? entryAbove(comparison, path);
  if (entry === undefined) {
    const notBackedUp = comparison.notBackedUpBelow(path);
    return notBackedUp === undefined ? { kind: 'unknown' } : { kind: 'folder', notBackedUp };
  }
  const verdict = verdictNow(job, entry);
  const receipt = verdict.kind === 'up-to-date' ? job.receipts.get(entry.path) : undefined;
  return { kind: 'compared', verdict, provedAt: receipt?.provedAt };
}

/** An ignored folder, or one that could not be read, stands for all that is in it. */
function entryAbove(comparison: Comparison, path: FilePath): Entry | undefined {
  for (const above of foldersAbove(path)) {
    const entry = comparison.get(above);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

/** No file is called safe that has changed, though nothing has told of it yet. */
function verdictNow({ root, exclude }: ComparisonJob, { path, local, verdict }: Entry): Verdict {
  if (verdict.kind !== 'up-to-date' || local === undefined) return verdict;
  const found = statAlong(root, path, exclude);
  return found?.kind === 'file' && isSameState(found.file, local)
    ? verdict
    : { kind: 'out-of-date', because: 'changed-since-comparison' };
}

/** Without a comparison only the receipts speak, of the time at which they were written. */
function earlierSafety({ root, exclude, receipts }: ComparisonJob, path: FilePath): Safety {
  const receipt = receipts.get(path);
  if (receipt === undefined) return { kind: 'unknown' };
  const found = statAlong(root, path, exclude);
  const hasChanged = found?.kind !== 'file' || !looksLikeReading(receipt, found.file);
  return { kind: 'proved-earlier', provedAt: receipt.provedAt, hasChanged };
}
