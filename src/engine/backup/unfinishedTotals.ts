import type { UnfinishedFiles as RemainingNumber } from '../../protocol/state';
import type { Unfinished } from '../records/unfinished';
import type { Route } from '../comparison/job';

/** How much earlier batches have left in the folders of this window, for the views. */
export interface UnfinishedTotals {
  now(): readonly RemainingNumber[];
  /** Counts anew; what the folder had left to send to other places no longer counts. */
  count(routes: Iterable<Route>): void;
  forget(folder: string): void;
}

export function unfinishedTotals(unfinishedWork: Unfinished): UnfinishedTotals {
  const folders = new Map<string, RemainingNumber>();
  return {
    now: () => [...folders.values()],
    count(routes) {
      for (const { target, unfinished } of routes) {
        const { folder, bucket, prefix } = target;
        unfinishedWork.forgetElsewhere(target);
        folders.set(folder, { folder, bucket, prefix, files: unfinished.files.count });
      }
    },
    forget: folder => void folders.delete(folder),
  };
}
