import type { Chosen } from '../../protocol/plans';
import { contentCaseOf } from '../comparison/backgroundProof';
import type { Comparisons } from '../comparison/comparisons';
import type { ComparisonJob } from '../comparison/job';
import { compareFiles, selectEntries } from '../comparison/selectEntries';
import { isSameState, type LocalFile } from '../disk/localFile';
import { Failure } from '../failures/failure';
import { askForLost } from './askForLost';
import type { VerifyCase, VerifyTally } from './verifyTally';

export interface CasesToVerifyRequest {
  readonly comparisons: Comparisons;
  readonly job: ComparisonJob;
  readonly chosen: Chosen;
  /** Counts what need not be read. */
  readonly tally: VerifyTally;
  readonly signal: AbortSignal;
}

/** Compares what was chosen anew, and returns the files that have to be read to prove them. */
export async function casesToVerify(request: CasesToVerifyRequest): Promise<readonly VerifyCase[]> {
  const { comparisons, job, chosen, tally, signal } = request;
  const begun = Date.now();
  const entries = await selectEntries({ comparisons, job, scope: chosen, signal });
  await askForLost(
    entries.filter(({ verdict }) => verdict.kind === 'lost'),
    request,
  );
  const paths = entries.map(({ path }) => path);
  const compared =
    chosen.kind === 'resources' ? entries : await compareFiles({ comparisons, job, paths, signal });
  const cases: VerifyCase[] = [];
  for (const entry of compared) {
    const { path, local, cloud, verdict } = entry;
    if (verdict.kind === 'unchecked') {
      const { code, subject, cause } = verdict.failure;
      tally.addFailed(job, path, new Failure(code, subject, cause));
    } else if (verdict.kind === 'missing-in-cloud') {
      tally.addMissing();
    } else if (local !== undefined && cloud !== undefined) {
      const question = contentCaseOf(entry, job, 'verify');
      if (question === undefined) {
        tally.addDifferent();
        continue;
      }
      const asked = { ...question, job };
      const content = contentReadSince(asked, begun);
      if (content === undefined) cases.push(asked);
      else tally.addRead(asked, content);
    }
  }
  return cases;
}

/**
 * What the comparison has just read of a file, which need not be read again; `undefined` where it
 * has not read it since then, in milliseconds since 1970.
 */
function contentReadSince(
  { local, cloud, receipt, job }: VerifyCase,
  since: number,
): 'equal' | 'different' | 'unknown' | undefined {
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
  if (isOfNow(receipt)) return 'equal';
  const reading = job.receipts.reading(local.path);
  return isOfNow(reading) ? reading?.cloud : undefined;
}
