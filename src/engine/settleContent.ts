import type { Verdict } from '../protocol';
import type { Bucket } from './bucket';
import type { Finding } from './comparison';
import { compareContent } from './content';
import { toFailure } from './failure';
import type { ContentCase } from './join';
import type { ContentQuestion } from './judge';
import { isSameReading, type FolderReceipts, type Reading, type Receipt } from './receipts';

export interface SettleRequest {
  readonly root: string;
  readonly bucket: Bucket;
  readonly prefix: string;
  readonly receipts: FolderReceipts;
  readonly signal: AbortSignal;
}

/**
 * Settles a verdict by content. What is found equal leaves a receipt, what is not is remembered, so
 * that the same file is not read twice. What happens to the file meanwhile is a verdict too.
 */
export async function settleByContent(
  { local, cloud, receipt, question }: ContentCase,
  request: SettleRequest,
): Promise<Finding> {
  const { receipts } = request;
  const finding = { path: local.path, isFolder: false, local, cloud };
  const known = receipts.reading(local.path);
  if (known?.etag === cloud.etag && isSameReading(known, local)) {
    return { ...finding, verdict: verdictOf(question, known, receipt) };
  }
  try {
    const answer = await compareContent({ ...request, local, cloud, receipt });
    const { sha256, hashBegan } = answer;
    if (answer.cloud === 'equal') {
      const renewed = receipt?.etag === cloud.etag ? receipt : undefined;
      receipts.put({
        local,
        sha256,
        etag: cloud.etag,
        crc32: renewed?.crc32,
        versionId: renewed?.versionId,
        hashBegan,
        provedAt: Date.now(),
      });
      return { ...finding, verdict: question.equal };
    }
    const reading = { local, etag: cloud.etag, cloud: answer.cloud, sha256, hashBegan };
    receipts.remember(reading);
    return { ...finding, verdict: verdictOf(question, reading, receipt) };
  } catch (error) {
    const failure = toFailure(error, local.path);
    switch (failure.code) {
      case 'cancelled':
        throw failure;
      case 'file-vanished':
        return { ...finding, local: undefined, verdict: { kind: 'only-in-cloud' } };
      case 'file-changing':
        return { ...finding, verdict: verdictOfChanging(question) };
      default:
        return { ...finding, verdict: { kind: 'unchecked', failure: failure.toRecord() } };
    }
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

/** A conflict stays one while the file changes, or the next upload would overwrite it unseen. */
function verdictOfChanging({ different }: ContentQuestion): Verdict {
  return different.kind === 'changed-in-cloud'
    ? different
    : { kind: 'out-of-date', because: 'changed-since-comparison' };
}
