import type { FilePath } from '../../protocol/folders';
import type { BatchStep } from '../batch/batch';
import type { Route } from '../comparison/job';
import type { Plan } from './plan';

/** The files of a plan that is running, in the record of what is unfinished. */
export interface RememberedSteps {
  /** Where the plan leads. */
  readonly routes: readonly Route[];
  /** Call it when a step needs no other batch any more. */
  settled(step: BatchStep): void;
  end(): void;
}

/** Records what a plan is about to do, for the next window if this one ends too early. */
export function rememberSteps({ steps }: Plan): RememberedSteps {
  const byRoute = new Map<Route, FilePath[]>();
  for (const { route, path } of steps) {
    const paths = byRoute.get(route);
    if (paths === undefined) byRoute.set(route, [path]);
    else paths.push(path);
  }
  for (const [{ unfinished }, paths] of byRoute) unfinished.files.add(paths);
  const settled = new Map<Route, FilePath[]>();
  return {
    routes: [...byRoute.keys()],
    settled({ route, path }) {
      const paths = settled.get(route) ?? [];
      paths.push(path);
      settled.set(route, paths);
      if (paths.length < settledAtOnce) return;
      settled.delete(route);
      route.unfinished.files.remove(paths);
    },
    end() {
      for (const [{ unfinished }, paths] of settled) unfinished.files.remove(paths);
    },
  };
}

/** A commit costs as much as many paths. What a kill leaves unrecorded is found settled anew. */
const settledAtOnce = 100;
