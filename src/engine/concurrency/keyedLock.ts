import type { FilePath } from '../../protocol/folders';
import { settledOrAborted } from './settledOrAborted';

/** Lets one step after the other work on a file, whichever batches they belong to. */
export interface KeyedLock {
  /** Waits for those before, or for Cancel; gives what lets the next one go on. */
  acquire(root: string, path: FilePath, signal: AbortSignal): Promise<() => void>;
}

export function keyedLock(): KeyedLock {
  const last = new Map<string, Promise<unknown>>();
  return {
    async acquire(root, path, signal) {
      const key = JSON.stringify([root, path]);
      const before = last.get(key);
      let leave = (): void => undefined;
      const mine = new Promise<void>(resolve => {
        leave = resolve;
      });
      // Whoever gives up waiting must not let the next one overtake.
      const all = Promise.all([before, mine]);
      last.set(key, all);
      void all.then(() => {
        if (last.get(key) === all) last.delete(key);
      });
      if (before !== undefined) await settledOrAborted([before], signal);
      return leave;
    },
  };
}
