import type { FilePath } from '../../protocol/folders';
import type { Pieces } from '../concurrency/quietTime';
import { isWithin, toFilePath } from '../disk/filePath';
import { isStagedFile } from '../disk/stagedFile';
import { isCancelled } from '../failures/failure';
import type { Comparison } from './comparison';
import type { ComparisonJob, Route } from './job';
import type { LiveComparison } from './judgeByDisk';
import { applyChanges, lookBelow } from './liveChanges';
import { applyRules, judgeableBelow, newlyIncludedBelow, newlyIncludedBy } from './ruleChanges';

export interface FolderChangesOptions {
  /** Aborted when the engine ends. */
  readonly signal: AbortSignal;
  /** Called when a folder has parts that only a new comparison can judge. */
  readonly onNewlyIncluded: (folder: string) => void;
}

export interface ComparedFolder extends ComparisonJob {
  readonly comparison: Comparison;
}

export interface Look {
  /** The files and folders that are looked at, with everything below them. */
  readonly starts: readonly FilePath[];
  /** Whether the folder's comparison is still the one at hand. */
  readonly isCurrent: () => boolean;
  /** Called with each path whose row is another one now. */
  readonly onFound: (path: FilePath) => void;
}

/**
 * Keeps the comparisons at hand true while their folders change. Changes are applied one after the
 * other: two at once would undo each other's findings.
 */
export class FolderChanges {
  readonly #options: FolderChangesOptions;
  #last: Promise<unknown> = Promise.resolve();
  /** What no rule ignores any longer, and has not been compared since. */
  readonly #newlyIncluded = new Map<string, ReadonlySet<FilePath>>();

  constructor(options: FolderChangesOptions) {
    this.#options = options;
  }

  /** Judges paths again by the present rules, which may have changed with them. */
  async judgeAgain(folder: ComparedFolder, paths: readonly FilePath[]): Promise<void> {
    await this.inTurn(folder, async live => {
      const ruled = await rulesChanged(live, paths);
      const included = paths.flatMap(path => newlyIncludedBy(live, path) ?? []);
      const isIncluded = (path: FilePath) => included.some(start => isWithin(path, start));
      // What is to be compared anew is judged meanwhile by what is known of the bucket.
      const judged = paths.flatMap(path => (isIncluded(path) ? judgeableBelow(live, path) : path));
      await applyChanges(live, judged);
      this.#addNewlyIncluded(folder.target.folder, [...ruled, ...included]);
    });
  }

  /**
   * Looks again at all that is on disk at and below some paths, since events can be lost without notice,
   * and not everything is watched. Each piece is a change of its own, so that changes that are told
   * meanwhile come before the next one.
   */
  async *look(folder: ComparedFolder, { starts, isCurrent, onFound }: Look): Pieces {
    const { exclude } = folder;
    let included: readonly FilePath[] = [];
    await this.inTurn(folder, async live => {
      const ruled = await rulesChanged(live, exclude.sources());
      included = [...ruled, ...starts.flatMap(start => newlyIncludedBelow(live, start))];
      this.#addNewlyIncluded(folder.target.folder, included);
    });
    for (const start of starts) {
      const pieces = lookBelow({ ...this.#live(folder), start, included, onFound });
      try {
        for (;;) {
          const next = await this.inTurn(folder, () => pieces.next());
          if (next === undefined || !isCurrent()) return;
          if (next.done === true) {
            // Of new ignore files nobody knew when the look began.
            const holdRules = [...next.value].filter(path => exclude.holdsRules(path));
            if (holdRules.length > 0) await this.judgeAgain(folder, holdRules);
            break;
          }
          yield next.value;
        }
      } finally {
        await pieces.return(new Set());
      }
    }
  }

  /** Works on a comparison when all changes before have been applied. Being cancelled is no error. */
  async inTurn<T>(
    folder: ComparedFolder,
    work: (live: LiveComparison) => Promise<T> | T,
  ): Promise<T | undefined> {
    const mine = this.#last.then(() => work(this.#live(folder)));
    this.#last = mine.catch(() => undefined);
    try {
      return await mine;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      return undefined;
    }
  }

  /** What of a folder is to be compared anew. It is not told again. */
  takeNewlyIncluded(folder: string): readonly FilePath[] {
    const paths = [...(this.#newlyIncluded.get(folder) ?? [])];
    this.#newlyIncluded.delete(folder);
    return paths;
  }

  #live(folder: ComparedFolder): LiveComparison {
    return { ...folder, signal: this.#options.signal };
  }

  #addNewlyIncluded(folder: string, paths: readonly FilePath[]): void {
    if (paths.length === 0) return;
    const waiting = this.#newlyIncluded.get(folder);
    this.#newlyIncluded.set(folder, new Set([...(waiting ?? []), ...paths]));
    // What is added before the comparison has begun is compared with it.
    if (waiting === undefined) this.#options.onNewlyIncluded(folder);
  }
}

/** Applies rules that have changed, and returns the folders below which they have. */
async function rulesChanged(
  live: LiveComparison,
  paths: readonly FilePath[],
): Promise<readonly FilePath[]> {
  const ruled = paths.flatMap(path => live.exclude.forget(path) ?? []);
  for (const each of ruled) await applyRules(live, each);
  return ruled;
}

/** Returns those of the absolute paths that are in a folder, without staged files. */
export function toPaths({ root }: Route, absolute: readonly string[]): readonly FilePath[] {
  return absolute.flatMap(each => {
    const path = toFilePath(root, each);
    return path === undefined || isStagedFile(path) ? [] : path;
  });
}
