import type { FilePath } from '../../protocol';
import type { Plan, Route } from '../plan';

/**
 * The files of batches that have begun and of which nobody knows yet that they arrived: after a
 * batch was cut off, what it has left.
 */
export interface RemainingFiles {
  readonly count: number;
  paths(): readonly FilePath[];
  /** Kept before the call returns. */
  add(paths: readonly FilePath[]): void;
  remove(path: FilePath): void;
  clear(): void;
}

/** For as long as the engine lives. */
export function remainingInMemory(): RemainingFiles {
  const remaining = new Set<FilePath>();
  return {
    get count() {
      return remaining.size;
    },
    paths: () => [...remaining],
    add(paths) {
      for (const path of paths) remaining.add(path);
    },
    remove: path => void remaining.delete(path),
    clear() {
      remaining.clear();
    },
  };
}

/** Keeps what a plan is about to do, and gives where it leads. */
export function rememberSteps({ steps }: Plan): readonly Route[] {
  const byRoute = new Map<Route, FilePath[]>();
  for (const { route, path } of steps) {
    const paths = byRoute.get(route);
    if (paths === undefined) byRoute.set(route, [path]);
    else paths.push(path);
  }
  for (const [{ unfinished }, paths] of byRoute) unfinished.remaining.add(paths);
  return [...byRoute.keys()];
}
