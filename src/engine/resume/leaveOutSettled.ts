import type { Comparison } from '../comparison';
import { toBackUp } from '../toBackUp';
import type { RemainingFiles } from './remainingFiles';

/** Forgets what is left to do of files that have arrived in another way, or are gone. */
export function leaveOutSettled(remaining: RemainingFiles, comparison: Comparison): void {
  const settled = remaining.paths().filter(path => {
    const kind = comparison.get(path)?.verdict.kind;
    const isOpen =
      kind === undefined
        ? comparison.incomplete !== undefined
        : kind === 'unchecked' || toBackUp.includes(kind);
    return !isOpen;
  });
  remaining.remove(settled);
}
