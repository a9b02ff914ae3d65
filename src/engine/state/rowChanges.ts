import type { Group } from '../../protocol/verdicts';

/** Gathers which groups' rows have changed, and tells it at most ten times a second. */
export interface RowChanges {
  add(folder: string, groups: readonly Group[]): void;
  /** Tells at once what is still waiting to be told. */
  flush(): void;
  dispose(): void;
}

const interval = 100;

export function rowChanges(tell: (folder: string, groups: readonly Group[]) => void): RowChanges {
  const waiting = new Map<string, Set<Group>>();
  let timer: NodeJS.Timeout | undefined;
  let disposed = false;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const news = [...waiting];
    waiting.clear();
    for (const [folder, groups] of news) tell(folder, [...groups]);
  }

  return {
    add(folder, groups) {
      if (disposed) return;
      const known = waiting.get(folder) ?? new Set();
      for (const group of groups) known.add(group);
      waiting.set(folder, known);
      timer ??= setTimeout(flush, interval);
    },
    flush,
    dispose() {
      disposed = true;
      clearTimeout(timer);
      waiting.clear();
    },
  };
}
