import type { ComparisonTarget } from '../../../src/engine/comparison/job';

/** Where the one folder of a test is backed up. */
export function targetOf(place: Pick<ComparisonTarget, 'bucket' | 'prefix'>): ComparisonTarget {
  return { folder: 'file:///w', folderId: 'f', store: 'memory', ...place };
}
