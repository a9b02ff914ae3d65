import type { FilePath } from '../../protocol/folders';
import type { BatchStep } from '../batch/batch';
import type { Plan } from '../backup/plan';
import type { Route } from '../comparison/job';

/**
 * The files of batches that have begun and of which nobody knows yet that they arrived: after a
 * batch was cut off, what it has left.
 */
export interface UnfinishedFilesStore {
  readonly count: number;
  paths(): readonly FilePath[];
  /** Kept before the call returns. */
  add(paths: readonly FilePath[]): void;
  remove(paths: readonly FilePath[]): void;
  clear(): void;
}

/** For as long as the engine lives. */
export function remainingInMemory(): UnfinishedFilesStore {
  const remaining = new Set<FilePath>();
  return {
    get count() {
      return remaining.size;
    },
    paths: () => [...remaining],
    add(paths) {
      for (const path of paths) remaining.add(path);
    },
    remove(paths) {
      for (const path of paths) remaining.delete(path);
    },
    clear() {
      remaining.clear();
    },
  };
}

/** The steps of a plan that is under way, in what is kept of them. */
export interface RememberedSteps {
  /** Where the plan leads. */
  readonly routes: readonly Route[];
  /** A step needs no other batch any more. */
  settled(step: BatchStep): void;
  end(): void;
}

/** Keeps what a plan is about to do. */
export function rememberSteps({ steps }: Plan): RememberedSteps {
  const byRoute = new Map<Route, FilePath[]>();
  for (const { route, path } of steps) {
    const paths = byRoute.get(route);
    if (paths === undefined) byRoute.set(route, [path]);
    else paths.push(path);
  }
  for (const [{ unfinished }, paths] of byRoute) unfinished.remaining.add(paths);
  const settled = new Map<Route, FilePath[]>();
  return {
    routes: [...byRoute.keys()],
    settled({ route, path }) {
      const paths = settled.get(route) ?? [];
      paths.push(path);
      settled.set(route, paths);
      if (paths.length < settledAtOnce) return;
      settled.delete(route);
      route.unfinished.remaining.remove(paths);
    },
    end() {
      for (const [{ unfinished }, paths] of settled) unfinished.remaining.remove(paths);
    },
  };
}

/** Each writing costs as much as many paths; what a kill keeps from it is found settled anew. */
const settledAtOnce = 100;
