import type { FilePath } from '../../protocol/folders';
import type { UnfinishedFiles as UnfinishedCount } from '../../protocol/state';
import type { Plan } from '../batch/planKind';
import type { BatchStep, Outcome } from '../batch/step';
import type { Comparison } from '../comparison/comparison';
import { groupsToBackUp } from '../comparison/differences';
import { interruptionOf } from '../network/circuitBreaker';
import type { FolderUnfinished, Unfinished } from '../records/unfinished';
import type { UnfinishedFiles } from '../records/unfinishedFiles';
import type { Route } from '../comparison/job';

/**
 * Keeps which files of a plan that is running have not arrived, so that a back-up that was cut off,
 * even by a kill, can be gone on with.
 */
export class UnfinishedSteps {
  readonly #routes: ReadonlySet<Route>;
  /** What has ended and is still to be removed. */
  readonly #ended = new Map<Route, FilePath[]>();
  /** What is left to another batch. */
  readonly #interrupted = new Map<Route, FilePath[]>();

  constructor({ steps }: Plan<BatchStep>) {
    const paths = new Map<Route, FilePath[]>();
    for (const { route, path } of steps) {
      const own = paths.get(route);
      if (own === undefined) paths.set(route, [path]);
      else own.push(path);
    }
    this.#routes = new Set(paths.keys());
    for (const [{ unfinished }, own] of paths) unfinished.files.add(own);
  }

  get routes(): Iterable<Route> {
    return this.#routes;
  }

  /** Removes a step that needs no other batch; one that was interrupted stays. */
  ended(outcome: Outcome): void {
    const { route, path } = outcome.step;
    const kind = isInterrupted(outcome) ? this.#interrupted : this.#ended;
    const paths = kind.get(route) ?? [];
    paths.push(path);
    kind.set(route, paths);
    if (kind === this.#interrupted || paths.length < removedAtOnce) return;
    this.#ended.delete(route);
    route.unfinished.files.remove(paths);
  }

  /** The batch has ended: whichever window is asked may go on with the rest. */
  flush(): void {
    for (const [{ unfinished }, paths] of this.#ended) unfinished.files.remove(paths);
    this.#ended.clear();
    for (const [{ unfinished }, paths] of this.#interrupted) unfinished.files.leave(paths);
    this.#interrupted.clear();
  }
}

/** A write costs as much as many paths; what a kill keeps from it, the next comparison corrects. */
const removedAtOnce = 100;

/** Whether a step was kept from its end by something that has nothing to do with its file. */
function isInterrupted(outcome: Outcome): boolean {
  if (outcome.kind === 'cancelled') return true;
  return outcome.kind === 'failed' && interruptionOf(outcome.failure.code) !== undefined;
}

/** Removes files that have arrived in another way, or are gone. */
export function forgetArrived(unfinished: UnfinishedFiles, comparison: Comparison): void {
  const arrived = unfinished.paths().filter(path => {
    const kind = comparison.get(path)?.verdict.kind;
    const isOpen =
      kind === undefined
        ? comparison.incomplete !== undefined
        : kind === 'unchecked' || groupsToBackUp.includes(kind);
    return !isOpen;
  });
  unfinished.remove(arrived);
}

interface CountedFolder {
  readonly counted: UnfinishedCount;
  readonly unfinished: FolderUnfinished;
}

/** Counts what earlier back-ups have left in the folders of this window, for the views. */
export class UnfinishedTotals {
  readonly #unfinished: Unfinished;
  readonly #folders = new Map<string, CountedFolder>();

  constructor(unfinished: Unfinished) {
    this.#unfinished = unfinished;
  }

  now(): readonly UnfinishedCount[] {
    return [...this.#folders.values()].map(({ counted }) => counted);
  }

  /** Counts anew, and forgets what a folder had left to send to other targets. */
  count(routes: Iterable<Route>): void {
    for (const { target, unfinished } of routes) {
      const { folder, bucket, prefix } = target;
      this.#unfinished.forgetElsewhere(target);
      const counted = { folder, bucket, prefix, files: unfinished.files.count };
      this.#folders.set(folder, { counted, unfinished });
    }
  }

  /** Counts the same folders once more: the window that was at work with them may have gone. */
  recount(): void {
    for (const [folder, { counted, unfinished }] of this.#folders) {
      const files = unfinished.files.count;
      this.#folders.set(folder, { counted: { ...counted, files }, unfinished });
    }
  }

  forget(folder: string): void {
    this.#folders.delete(folder);
  }
}
