import type { Chosen } from '../../protocol/plans';
import type { VerifyProgress, VerifyReport } from '../../protocol/verify';
import type { Comparisons } from '../comparison/comparisons';
import { isStillAsked } from '../comparison/backgroundProof';
import { Failure, throwIfCancelled } from '../failures/failure';
import { BoundedMap } from '../concurrency/boundedMap';
import { inParallel } from '../concurrency/parallel';
import {
  decideByReading,
  type ContentDecision,
  type ContentDecisionRequest,
} from '../compare/decideByContent';
import { casesToVerify } from './casesToVerify';
import { decideByCopy } from './decideByCopy';
import { verifyTally, type VerifyCase, type VerifyTally } from './verifyTally';
import type { ComparisonJob } from '../comparison/job';

/** Proves files by reading them, whatever is known of them, or says what differs. */
export interface Verifier {
  begin(): Verification;
  /** Reads the cloud copies that a verification could not do without, once. */
  readCopies(verificationId: number, signal: AbortSignal): Promise<VerifyReport>;
}

export interface Verification {
  /** Compares what was chosen of a folder, and notes what is to be read. */
  select(job: ComparisonJob, chosen: Chosen, signal: AbortSignal): Promise<void>;
  /** Reads it. */
  run(signal: AbortSignal): Promise<VerifyReport>;
}

export function verifier(
  comparisons: Comparisons,
  onProgress: (verificationId: number, progress: VerifyProgress | undefined) => void,
): Verifier {
  /** What the last verifications could not compare. */
  const unread = new BoundedMap<number, readonly VerifyCase[]>(maxUnread);
  let lastId = 0;

  async function run(
    cases: readonly VerifyCase[],
    tally: VerifyTally,
    way: Way,
    signal: AbortSignal,
  ): Promise<VerifyReport> {
    const id = ++lastId;
    const report = (progress: VerifyProgress) => {
      onProgress(id, progress);
    };
    try {
      await readAll({ cases, tally, way, comparisons, signal, report });
    } finally {
      onProgress(id, undefined);
    }
    unread.set(id, tally.unknown);
    return tally.report(id);
  }

  return {
    begin() {
      const tally = verifyTally();
      const cases: VerifyCase[] = [];
      return {
        async select(job, chosen, signal) {
          cases.push(...(await casesToVerify(comparisons, job, chosen, tally, signal)));
        },
        run: signal => run(cases, tally, byReading, signal),
      };
    },
    readCopies(verificationId, signal) {
      const cases = unread.get(verificationId);
      if (cases === undefined) throw new Failure('plan-outdated', String(verificationId));
      unread.delete(verificationId);
      return run(cases, verifyTally(), byCopy, signal);
    },
  };
}

/** How files are compared, and what it takes to read. */
interface Way {
  readonly settle: (asked: VerifyCase, request: ContentDecisionRequest) => Promise<ContentDecision>;
  readonly bytesOf: (asked: VerifyCase) => number;
}

const byReading: Way = { settle: decideByReading, bytesOf: ({ local }) => local.size };
const byCopy: Way = {
  settle: decideByCopy,
  bytesOf: ({ local, cloud }) => local.size + cloud.size,
};

const maxUnread = 5;

interface Reading {
  readonly cases: readonly VerifyCase[];
  readonly tally: VerifyTally;
  readonly way: Way;
  readonly comparisons: Comparisons;
  readonly signal: AbortSignal;
  readonly report: (progress: VerifyProgress) => void;
}

async function readAll({ cases, tally, way, comparisons, signal, report }: Reading): Promise<void> {
  const files = cases.length;
  const bytes = cases.reduce((sum, asked) => sum + way.bytesOf(asked), 0);
  let filesDone = 0;
  let bytesDone = 0;
  const tell = () => {
    report({ files, bytes, filesDone, bytesDone: Math.min(bytes, bytesDone) });
  };
  const onBytes = (more: number) => {
    bytesDone += more;
    tell();
  };
  tell();
  await inParallel(cases, filesAtOnce, async asked => {
    const { job, local } = asked;
    throwIfCancelled(signal, local.path);
    const unmark = markVerifying(comparisons, asked);
    try {
      const { prefix } = job.target;
      const { finding, content } = await way.settle(asked, { ...job, prefix, signal, onBytes });
      const comparison = comparisons.current(job);
      if (finding !== undefined && comparison !== undefined && isStillAsked(comparison, asked)) {
        comparison.place(finding);
      }
      tally.read(asked, content);
    } finally {
      unmark();
    }
    filesDone++;
    tell();
  });
}

/** Leaves the disk and the processor to whatever else goes on. */
const filesAtOnce = 2;

/** Shows in a row that its file is being read; gives what ends that. */
function markVerifying(comparisons: Comparisons, { job, local }: VerifyCase): () => void {
  const entry = comparisons.current(job)?.get(local.path);
  if (entry?.activity === undefined) {
    comparisons.current(job)?.setActivity(local.path, { kind: 'verifying' });
  }
  return () => {
    const comparison = comparisons.current(job);
    if (comparison?.get(local.path)?.activity?.kind === 'verifying') {
      comparison.setActivity(local.path, undefined);
    }
  };
}
