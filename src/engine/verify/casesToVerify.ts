import type { Chosen } from '../../protocol/plans';
import { compareFiles, selectEntries } from '../comparison/selectEntries';
import type { Comparisons } from '../comparison/comparisons';
import { contentCaseOf } from '../comparison/backgroundProof';
import { Failure } from '../failures/failure';
import { isSameState, type LocalFile } from '../disk/localFile';
import type { VerifyCase, VerifyTally } from './verifyTally';
import type { ComparisonJob } from '../comparison/job';

/**
 * Compares what was chosen anew, and gives the files that have to be read to prove them. Whatever
 * needs no reading goes into the tally.
 */
export async function casesToVerify(
  comparisons: Comparisons,
  job: ComparisonJob,
  chosen: Chosen,
  tally: VerifyTally,
  signal: AbortSignal,
): Promise<readonly VerifyCase[]> {
  const begun = Date.now();
  const entries = await selectEntries({ comparisons, job, scope: chosen, signal });
  const compared =
    chosen.kind === 'resources'
      ? entries
      : await compareFiles({ comparisons, job, paths: entries.map(({ path }) => path), signal });
  const cases: VerifyCase[] = [];
  for (const entry of compared) {
    const { path, local, cloud, verdict } = entry;
    if (verdict.kind === 'unchecked') {
      const { code, subject, cause } = verdict.failure;
      tally.failed(job, path, new Failure(code, subject, cause));
    } else if (verdict.kind === 'missing-in-cloud') {
      tally.missing();
    } else if (local !== undefined && cloud !== undefined) {
      const asked = contentCaseOf(entry, job, 'verify');
      if (asked === undefined) tally.different();
      else if (!countIfRead({ ...asked, job }, tally, begun)) cases.push({ ...asked, job });
    }
  }
  return cases;
}

/** What the comparison has just read need not be read once more. */
function countIfRead(asked: VerifyCase, tally: VerifyTally, since: number): boolean {
  const { local, cloud, receipt, job } = asked;
  interface Read {
    readonly local: LocalFile;
    readonly etag: string;
    readonly hashBegan: number;
  }
  const isOfNow = (read: Read | undefined): boolean =>
    read !== undefined &&
    read.hashBegan >= since &&
    read.etag === cloud.etag &&
    isSameState(read.local, local);
  const reading = job.receipts.reading(local.path);
  if (isOfNow(receipt)) tally.read(asked, 'equal');
  else if (reading !== undefined && isOfNow(reading)) tally.read(asked, reading.cloud);
  else return false;
  return true;
}
