import type { Comparison } from '../comparison/comparison';
import { groupsToBackUp } from '../comparison/differences';
import type { UnfinishedFilesStore } from '../records/unfinishedFiles';

/** Forgets what is left to do of files that have arrived in another way, or are gone. */
export function leaveOutSettled(remaining: UnfinishedFilesStore, comparison: Comparison): void {
  const settled = remaining.paths().filter(path => {
    const kind = comparison.get(path)?.verdict.kind;
    const isOpen =
      kind === undefined
        ? comparison.incomplete !== undefined
        : kind === 'unchecked' || groupsToBackUp.includes(kind);
    return !isOpen;
  });
  remaining.remove(settled);
}
