import type { Comparison } from '../comparison/comparison';
import { groupsToBackUp } from '../comparison/differences';
import type { UnfinishedFiles } from '../records/unfinishedFiles';

/** Forgets what is left to do of files that have arrived in another way, or are gone. */
export function leaveOutSettled(unfinished: UnfinishedFiles, comparison: Comparison): void {
  const settled = unfinished.paths().filter(path => {
    const kind = comparison.get(path)?.verdict.kind;
    const isOpen =
      kind === undefined
        ? comparison.incomplete !== undefined
        : kind === 'unchecked' || groupsToBackUp.includes(kind);
    return !isOpen;
  });
  unfinished.remove(settled);
}
