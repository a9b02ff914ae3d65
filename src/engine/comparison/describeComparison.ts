import type { FilePath } from '../../protocol/folders';
import { groups } from '../../protocol/verdicts';
import type { Comparison } from './comparison';

/** A comparison in one line of the log. */
export function describeComparison(
  comparison: Comparison,
  start: FilePath,
  milliseconds: number,
): string {
  const { bucket, prefix, found, groups: byGroup, incomplete } = comparison.totals();
  const counts = groups
    .filter(group => byGroup[group].files > 0)
    .map(group => `${group} ${String(byGroup[group].files)}`);
  const what = `Compared ${start === '' ? 'the folder' : start} with ${bucket}/${prefix}`;
  const end = incomplete === undefined ? '' : `; the listing broke off: ${incomplete.cause ?? ''}`;
  return `${what} in ${milliseconds.toFixed(0)} ms: ${String(found)} found (${counts.join(', ')})${end}`;
}
