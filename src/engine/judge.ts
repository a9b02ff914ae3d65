import type { Verdict } from '../protocol';
import type { CloudFile } from './cloudListing';
import type { LocalFile } from './localScan';

/** A verdict that hangs on whether the contents are equal, with the verdict for each answer. */
export interface ContentQuestion {
  readonly kind: 'ask-content';
  readonly equal: Verdict;
  readonly different: Verdict;
  /** Where nothing that the store gives away can be compared. */
  readonly unknown: Verdict;
}

/**
 * What is to be said of a local file and its cloud copy, if it has one. `clockOffset`: how far the
 * store's clock is ahead of this machine's, in milliseconds.
 */
export function judge(
  local: LocalFile,
  cloud: CloudFile | undefined,
  clockOffset: number,
): Verdict | ContentQuestion {
  if (cloud === undefined) return { kind: 'missing-in-cloud' };
  const age = compareAges(local, cloud, clockOffset);
  if (local.size !== cloud.size) {
    return age === 'older'
      ? { kind: 'changed-in-cloud', because: 'newer-there' }
      : { kind: 'out-of-date', because: 'size' };
  }
  if (age === 'older') return { kind: 'up-to-date', proof: 'name-and-time' };
  return {
    kind: 'ask-content',
    equal: { kind: 'up-to-date', proof: 'content' },
    different: { kind: 'out-of-date', because: 'content' },
    unknown: { kind: 'out-of-date', because: 'not-comparable' },
  };
}

/** Clocks that differ by more than this, in milliseconds, can't tell which copy is the newer. */
const trustedOffset = 2_000;

/**
 * Whether the local file was changed after its copy was stored. Stores give whole seconds, and the
 * clock offset is learned from whole seconds, so a difference of one second is a tie.
 */
function compareAges(
  local: LocalFile,
  cloud: CloudFile,
  clockOffset: number,
): 'newer' | 'tie' | 'older' {
  if (Math.abs(clockOffset) > trustedOffset) return 'tie';
  const localSecond = Math.floor((Number(local.modifiedAt / 1_000_000n) + clockOffset) / 1000);
  const difference = localSecond - Math.floor(cloud.modifiedAt / 1000);
  if (Math.abs(difference) <= 1) return 'tie';
  return difference > 0 ? 'newer' : 'older';
}
