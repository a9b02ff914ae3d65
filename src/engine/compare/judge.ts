import type { Verdict } from '../../protocol/verdicts';
import type { CloudFile } from '../scan/cloudListing';
import { isSameState, type LocalFile } from '../disk/localFile';
import {
  isOfCopy,
  isSameReading,
  looksLikeReading,
  wasKeptBeside,
  type Reading,
  type Receipt,
} from '../records/receipts';
import type { CompareRule } from '../config/settings';

/** What is known of one path before its content is looked at. */
export interface Case {
  readonly local: LocalFile | undefined;
  readonly cloud: CloudFile | undefined;
  readonly receipt: Receipt | undefined;
  /** The last reading, where it proved nothing. */
  readonly reading: Reading | undefined;
}

export interface JudgeRules {
  /** With `verify`, no earlier reading counts: whatever content can decide becomes a question. */
  readonly rule: CompareRule | 'verify';
  /** How far the store's clock is ahead of this machine's, in milliseconds. */
  readonly clockOffsetMs: number;
}

/** A question whether the contents are equal, with the verdict for each answer. */
export interface ContentQuestion {
  readonly kind: 'ask-content';
  readonly equal: Verdict;
  readonly different: Verdict;
  /** Different, and the local bytes are still the ones that the receipt proves. */
  readonly differentThere: Verdict;
  /** Nothing that the store says of the copy can be compared. */
  readonly unknown: Verdict;
}

/** The verdict table. Returns `undefined` for a path that is on neither side and has no receipt. */
export function judge(
  known: Case & { readonly local: LocalFile },
  rules: JudgeRules,
): Verdict | ContentQuestion;
export function judge(known: Case, rules: JudgeRules): Verdict | ContentQuestion | undefined;
export function judge(
  { local, cloud, receipt, reading }: Case,
  rules: JudgeRules,
): Verdict | ContentQuestion | undefined {
  if (local === undefined) {
    if (cloud !== undefined) return onlyInCloud;
    return receipt && { kind: 'lost', safeAt: receipt.provedAt };
  }
  if (cloud === undefined) {
    return receipt === undefined
      ? missingInCloud
      : { kind: 'missing-in-cloud', safeAt: receipt.provedAt };
  }
  if (receipt !== undefined) {
    const judged = judgeByReceipt(local, cloud, receipt, rules);
    if (judged !== undefined) return judged;
  }
  return judgeByNameAndTime(local, cloud, reading, rules);
}

// One each: of a million files almost all have the same verdict.
export const onlyInCloud: Verdict = { kind: 'only-in-cloud' };
const missingInCloud: Verdict = { kind: 'missing-in-cloud' };
const upToDateByReceipt: Verdict = { kind: 'up-to-date', proof: 'receipt' };
const byNameAndTime: Verdict = { kind: 'up-to-date', proof: 'name-and-time' };

/** Returns `undefined` where the receipt does not count by this rule. */
function judgeByReceipt(
  local: LocalFile,
  cloud: CloudFile,
  receipt: Receipt,
  { rule, clockOffsetMs }: JudgeRules,
): Verdict | ContentQuestion | undefined {
  const sameHere = isSameReading(receipt, local);
  const sameThere = isOfCopy(receipt, cloud);
  if (sameHere && sameThere && rule !== 'verify') return upToDateByReceipt;
  if (rule === 'time') {
    if (sameThere && wasKeptBeside(receipt)) return { kind: 'out-of-date', because: 'content' };
    // A disk may have refused a restored file its time, so that it looks newer than its copy.
    const isUnchanged = sameThere && looksLikeReading(receipt, local);
    return isUnchanged ? { kind: 'up-to-date', proof: 'name-and-time' } : undefined;
  }
  if (sameThere) {
    const outOfDate: Verdict = { kind: 'out-of-date', because: 'content' };
    return {
      kind: 'ask-content',
      equal: { kind: 'up-to-date', proof: 'receipt' },
      different: outOfDate,
      differentThere: outOfDate,
      unknown: { kind: 'out-of-date', because: 'not-comparable' },
    };
  }
  const isEarlier = isEarlierVersion(cloud, receipt, clockOffsetMs);
  const because = (found: 'only-there' | 'both'): Verdict => ({
    kind: 'changed-in-cloud',
    because: isEarlier ? 'other-version' : found,
  });
  const onlyThere = because('only-there');
  const both = because('both');
  return {
    kind: 'ask-content',
    equal: { kind: 'up-to-date', proof: 'content' },
    different: sameHere ? onlyThere : both,
    differentThere: onlyThere,
    unknown: sameHere ? onlyThere : both,
  };
}

/**
 * Whether a copy was in the cloud already when the receipt was made of another version: one of the
 * two is an older version that somebody has gone back to, and nothing was changed since.
 */
function isEarlierVersion(cloud: CloudFile, receipt: Receipt, clockOffsetMs: number): boolean {
  if (receipt.versionId === undefined) return false;
  // `Last-Modified` has whole seconds: that one must have ended.
  return cloud.modifiedAtMs + 1000 <= receipt.provedAt + clockOffsetMs;
}

function judgeByNameAndTime(
  local: LocalFile,
  cloud: CloudFile,
  reading: Reading | undefined,
  { rule, clockOffsetMs }: JudgeRules,
): Verdict | ContentQuestion {
  const isOlder = isSurelyOlder(local, cloud, clockOffsetMs);
  const newerThere: Verdict = { kind: 'changed-in-cloud', because: 'newer-there' };
  if (local.size !== cloud.size) {
    return isOlder ? newerThere : { kind: 'out-of-date', because: 'size' };
  }
  const readsAll = rule === 'content' || rule === 'verify';
  const isDoubtful = !isOlder || readsAll || saysDifferent(reading, local, cloud);
  if (!isDoubtful) return byNameAndTime;
  if (rule === 'time') return isOlder ? newerThere : { kind: 'out-of-date', because: 'time' };
  const different: Verdict = isOlder ? newerThere : { kind: 'out-of-date', because: 'content' };
  return {
    kind: 'ask-content',
    equal: { kind: 'up-to-date', proof: 'content' },
    different,
    differentThere: different,
    unknown: isOlder ? byNameAndTime : { kind: 'out-of-date', because: 'not-comparable' },
  };
}

/**
 * Whether an earlier reading has found this file and this copy different. A racy reading counts too:
 * what name and time say has been wrong once, and the file is read again.
 */
function saysDifferent(reading: Reading | undefined, local: LocalFile, cloud: CloudFile): boolean {
  return (
    reading?.cloud === 'different' &&
    reading.etag === cloud.etag &&
    isSameState(reading.local, local)
  );
}

/** Clocks that differ by more than this cannot tell which side is newer. */
const maxClockOffsetMs = 2_000;

/**
 * Whether the local file was changed for the last time before its copy was stored. `Last-Modified`
 * and `Date`, from which the clock offset is learned, have whole seconds (RFC 9110, section 5.6.7):
 * one second between the two tells nothing, and a tie counts as newer.
 */
function isSurelyOlder(local: LocalFile, cloud: CloudFile, clockOffsetMs: number): boolean {
  if (Math.abs(clockOffsetMs) > maxClockOffsetMs) return false;
  const localSecond = Math.floor((Number(local.mtimeNs / 1_000_000n) + clockOffsetMs) / 1000);
  return localSecond + 1 < Math.floor(cloud.modifiedAtMs / 1000);
}
