import type { Verdict } from '../../protocol/verdicts';
import type { Bucket } from '../ports/bucket';
import { compareContent, type ContentAnswer } from './content';
import { toFailure, type Failure } from '../failures/failure';
import type { ContentCase } from './join';
import type { ContentQuestion } from './judge';
import { isOfCopy, isSameReading, type Reading, type Receipt } from '../records/receipts';
import type { FolderReceipts } from '../records/receiptStore';
import type { Finding } from './finding';

export interface ContentDecisionRequest {
  readonly root: string;
  readonly bucket: Bucket;
  readonly prefix: string;
  readonly receipts: FolderReceipts;
  readonly signal: AbortSignal;
  /** Called with bytes as they are read. */
  readonly onBytes?: (bytes: number) => void;
  /** Awaited after each MiB, where the reading is to leave time to others. */
  readonly between?: () => Promise<void>;
}

/** Decides a verdict by content: by an earlier reading where that still holds, or by reading. */
export async function decideByContent(
  asked: ContentCase,
  request: ContentDecisionRequest,
): Promise<Finding> {
  const { local, cloud, receipt, question } = asked;
  const known = request.receipts.reading(local.path);
  if (known?.etag === cloud.etag && isSameReading(known, local)) {
    const verdict = verdictOf(question, known, receipt);
    return { path: local.path, isFolder: false, local, cloud, verdict };
  }
  return (await decideByReading(asked, request)).finding;
}

export interface ContentDecision {
  /** `undefined` where the content could not be compared because of a failure. */
  readonly finding: Finding | undefined;
  /** The result of the reading, or why there is none. */
  readonly content: ContentAnswer['cloud'] | Failure;
}

/**
 * Decides a verdict by reading the file. Equal content leaves a receipt, any other result is
 * remembered, so that the same file is not read twice. A file that vanishes, changes or cannot be
 * read gets a verdict too.
 */
export async function decideByReading(
  { local, cloud, receipt, question }: ContentCase,
  request: ContentDecisionRequest,
): Promise<ContentDecision & { readonly finding: Finding }> {
  const { receipts } = request;
  const finding = { path: local.path, isFolder: false, local, cloud };
  try {
    const answer = await compareContent({ ...request, local, cloud, receipt });
    const { sha256, hashBegan } = answer;
    const proof = receipt !== undefined && isOfCopy(receipt, cloud) ? receipt : undefined;
    if (answer.cloud === 'equal') {
      receipts.put({
        local,
        sha256,
        etag: cloud.etag,
        crc32: proof?.crc32,
        versionId: proof?.versionId,
        hashBegan,
        provedAt: Date.now(),
      });
      return { finding: { ...finding, verdict: question.equal }, content: 'equal' };
    }
    const known = receipts.reading(local.path);
    // For the same bytes and the same copy, what was learned by reading that copy is still true.
    const isKnown = known?.etag === cloud.etag && known.sha256 === sha256;
    const content = answer.cloud === 'unknown' && isKnown ? known.cloud : answer.cloud;
    const reading = { local, etag: cloud.etag, cloud: content, sha256, hashBegan };
    receipts.remember(reading);
    const kept = receipts.get(local.path);
    receipts.invalidateReading(kept, reading);
    // The store contradicts now what the receipt was made of.
    const isRefuted = content === 'different' && sha256 === proof?.sha256;
    if (isRefuted && kept?.etag === proof.etag) receipts.distrust(kept);
    const verdict = verdictOf(question, reading, receipt);
    return { finding: { ...finding, verdict }, content };
  } catch (error) {
    const failure = toFailure(error, local.path);
    if (failure.code === 'cancelled') throw failure;
    const earlier = receipts.reading(local.path);
    const isKnownDifferent = earlier?.cloud === 'different' && earlier.etag === cloud.etag;
    const after = afterFailure(failure, { question, isKnownDifferent });
    return { finding: { ...finding, ...after }, content: failure };
  }
}

interface UnansweredQuestion {
  readonly question: ContentQuestion;
  /** Whether an earlier reading found this copy different. */
  readonly isKnownDifferent: boolean;
}

/** What is known of a file that could not be read, or that has changed since it was seen. */
function afterFailure(
  failure: Failure,
  unanswered: UnansweredQuestion,
): Pick<Finding, 'verdict'> & Partial<Finding> {
  switch (failure.code) {
    case 'file-vanished':
      return { local: undefined, verdict: { kind: 'only-in-cloud' } };
    case 'file-changing':
      return { verdict: verdictOfChanging(unanswered) };
    default:
      return { verdict: { kind: 'unchecked', failure: failure.toRecord() } };
  }
}

function verdictOf(
  question: ContentQuestion,
  { cloud, sha256 }: Reading,
  receipt: Receipt | undefined,
): Verdict {
  if (cloud === 'unknown') return question.unknown;
  return sha256 === receipt?.sha256 ? question.differentThere : question.different;
}

/**
 * A conflict stays one while the file changes, or the next upload would overwrite a copy that nobody
 * has seen. It is one where the copy was known to be another before this reading: by its ETag, so
 * that it is a conflict even where nothing can be compared, or by an earlier reading.
 */
function verdictOfChanging({ question, isKnownDifferent }: UnansweredQuestion): Verdict {
  const { different, unknown } = question;
  const isConflict =
    different.kind === 'changed-in-cloud' && (isKnownDifferent || unknown.kind === different.kind);
  return isConflict ? different : { kind: 'out-of-date', because: 'changed-since-comparison' };
}
