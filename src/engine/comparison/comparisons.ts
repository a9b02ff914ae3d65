import type { KnownCopy } from '../../protocol/cloudCopies';
import type { ComparisonTotals } from '../../protocol/comparisons';
import type { FilePath } from '../../protocol/folders';
import type { LogEntry } from '../../protocol/host';
import type { ChildrenPage, ChildrenRequest } from '../../protocol/rows';
import type { Group } from '../../protocol/verdicts';
import { rootPath } from '../../protocol/folders';
import { groups } from '../../protocol/verdicts';
import type { Comparison } from './comparison';
import { describeFailure, Failure, toFailure } from '../failures/failure';
import { isWithin, toFilePath, topmost } from '../disk/filePath';
import { applyChanges, recheckUpToDate, type LiveComparison } from './liveChanges';
import { newComparison } from './newComparison';
import { isStagedFile } from '../disk/stagedFile';
import { backgroundProof } from './backgroundProof';
import { applyRules, markUnknown, judgeableBelow, newlyIncludedBy } from './ruleChanges';
import { rowFilter, type RowFilter } from './rowFilter';
import type { ComparisonJob } from './job';
import type { Comparing } from '../state/statePublisher';
import { replaceBelow } from './takeOver';
import { isSameTarget, type ComparisonTarget } from './job';
import type { Route } from './job';
import { isCancelled } from '../failures/failure';
import type { Entry } from './entry';

export interface ComparisonsOptions {
  readonly signal: AbortSignal;
  readonly onComparing: (now: Comparing) => void;
  /** Called when it takes `compareUncovered` to know all of a folder again. */
  readonly onNewlyIncluded: (folder: string) => void;
  readonly onRows: (folder: string, groups: readonly Group[]) => void;
  readonly onLog: (entry: LogEntry) => void;
}

interface ComparedFolder extends ComparisonJob {
  readonly comparison: Comparison;
}

/** The comparisons at hand, one for each folder, kept true while the folders change. */
export class Comparisons {
  readonly #folders = new Map<string, ComparedFolder>();
  /** Of the folders that are being compared right now: what has changed since that began. */
  readonly #changedMeanwhile = new Map<string, Set<string>>();
  /** Below which folders other rules hold since they were compared. */
  readonly #uncovered = new Map<string, ReadonlySet<FilePath>>();
  readonly #proofs;
  /** Looks at the disk run one after the other: two at once would undo each other's findings. */
  #looking: Promise<unknown> = Promise.resolve();

  #filter: RowFilter | undefined;

  constructor(readonly options: ComparisonsOptions) {
    this.#proofs = backgroundProof(options);
  }

  /** The comparison at hand, if it is one of this very target, whatever it was judged by. */
  of(target: ComparisonTarget): Comparison | undefined {
    const comparison = this.#folders.get(target.folder)?.comparison;
    return comparison !== undefined && isSameTarget(comparison.target, target)
      ? comparison
      : undefined;
  }

  /** The comparison at hand, if one for this job would find the same. */
  current({ target, rulesKey }: ComparisonJob): Comparison | undefined {
    const known = this.#folders.get(target.folder);
    return known?.rulesKey === rulesKey ? this.of(target) : undefined;
  }

  /** As `current`. Throws `plan-outdated` where there is none: what the user saw is void. */
  requireCurrent(job: ComparisonJob): Comparison {
    const comparison = this.current(job);
    if (comparison === undefined) throw new Failure('plan-outdated', job.target.bucket);
    return comparison;
  }

  totals(): readonly ComparisonTotals[] {
    return [...this.#folders.values()].map(({ comparison }) => comparison.totals());
  }

  children({ node, layout, offset, limit }: ChildrenRequest): ChildrenPage {
    const comparison = this.#folders.get(node.folder)?.comparison;
    return comparison?.children(node, layout, offset, limit) ?? { rows: [], total: 0 };
  }

  /** What is known of the cloud copies of these paths; paths that were not checked are left out. */
  knownCopies(folder: string, paths: readonly FilePath[]): readonly KnownCopy[] {
    const comparison = this.#folders.get(folder)?.comparison;
    return paths.flatMap((path): KnownCopy[] => {
      const entry = comparison?.get(path);
      if (entry === undefined) return [];
      if (entry.cloud !== undefined) return [{ path, etag: entry.cloud.etag }];
      const isChecked = entry.verdict.kind !== 'unchecked' && comparison?.incomplete === undefined;
      return isChecked ? [{ path, etag: undefined }] : [];
    });
  }

  /** Shows only the rows whose paths match the text, in these comparisons and in later ones. */
  filterRows(text: string): void {
    this.#filter = rowFilter(text);
    for (const { comparison } of this.#folders.values()) comparison.setFilter(this.#filter);
  }

  /** Compares a whole folder, and puts the result in the place of what was known of it. */
  async compare(job: ComparisonJob, signal: AbortSignal): Promise<void> {
    const { folder } = job.target;
    await this.#watchedMeanwhile(job, async judgeAgain => {
      const comparison = await this.#compareBelow(rootPath, job, signal, this.options.onComparing);
      // Nobody has watched a folder before its first comparison began.
      if (!this.#folders.has(folder)) await this.#live({ ...job, comparison }, recheckUpToDate);
      if (!(await judgeAgain(comparison, '' as FilePath))) return;
      comparison.setFilter(this.#filter);
      comparison.onChanged = changed => {
        this.options.onRows(folder, changed);
      };
      this.#proofs.stop(folder);
      this.#folders.get(folder)?.comparison.dispose();
      this.#folders.set(folder, { ...job, comparison });
      this.options.onRows(folder, groups);
      if (job.rule === 'smart') this.#proofs.start(job, comparison, rootPath);
    });
  }

  /** Lets nothing of a folder count as proved any more, since comparing it anew has failed. */
  unconfirm(folder: string): void {
    this.#proofs.stop(folder);
    this.#folders.get(folder)?.comparison.unconfirm();
  }

  /**
   * Compares one file or folder of the disk and takes the findings into the comparison at hand, if
   * there is one. Gives what was found; an ignored folder or a link above `start` stands for it.
   */
  compareBelow(
    start: FilePath,
    job: ComparisonJob,
    signal: AbortSignal,
  ): Promise<readonly Entry[]> {
    return this.#compareInto(start, job, signal, this.options.onComparing);
  }

  #compareInto(
    start: FilePath,
    job: ComparisonJob,
    signal: AbortSignal,
    onComparing: ComparisonsOptions['onComparing'],
  ): Promise<readonly Entry[]> {
    return this.#watchedMeanwhile(job, async judgeAgain => {
      const part = await this.#compareBelow(start, job, signal, onComparing);
      const whole = this.current(job);
      if (whole !== undefined) replaceBelow(whole, part, start);
      await judgeAgain(whole ?? part, whole === undefined ? start : ('' as FilePath));
      if (whole !== undefined && job.rule === 'smart') this.#proofs.start(job, whole, start);
      return [...part.entries()].map(entry => whole?.get(entry.path) ?? entry);
    });
  }

  /** Judges files again that were created, changed or deleted; their paths are absolute. */
  async filesChanged(folderId: string, absolute: readonly string[]): Promise<void> {
    const meanwhile = this.#changedMeanwhile.get(folderId);
    for (const path of absolute) meanwhile?.add(path);
    const folder = this.#folders.get(folderId);
    if (folder !== undefined) await this.#judgeAgain(folder, toPaths(folder, absolute));
  }

  /**
   * Compares what is left out no longer since the last comparison, by other rules or because a
   * folder took the place of a link, quietly: nobody has asked for it. Where that fails nothing is
   * known of it.
   */
  async compareNewlyIncluded(folderId: string): Promise<void> {
    const changed = this.#uncovered.get(folderId) ?? [];
    this.#uncovered.delete(folderId);
    const starts = topmost([...changed]);
    for (const start of starts.length > mostSingleStarts ? [rootPath] : starts) {
      const folder = this.#folders.get(folderId);
      if (folder === undefined) return;
      try {
        await this.#compareInto(start, folder, this.options.signal, () => undefined);
      } catch (error) {
        const failure = toFailure(error, start);
        // It is gone, and its event has been taken in.
        if (failure.code === 'file-vanished' || isCancelled(failure)) continue;
        const message = `Comparing ${start} anew failed: ${describeFailure(failure)}`;
        this.options.onLog({ level: 'warning', message });
        await this.#live(folder, live => {
          markUnknown(live, start, failure.toRecord());
        });
      }
    }
  }

  /** Looks again at every file that is shown as up to date, and at the ignore files. */
  async recheck(): Promise<void> {
    for (const folder of this.#folders.values()) {
      await this.#judgeAgain(folder, folder.exclude.sources());
      await this.#live(folder, recheckUpToDate);
    }
  }

  forget(folder: string): void {
    this.#changedMeanwhile.delete(folder);
    this.#uncovered.delete(folder);
    this.#proofs.stop(folder);
    this.#folders.get(folder)?.comparison.dispose();
    this.#folders.delete(folder);
  }

  dispose(): void {
    for (const folder of [...this.#folders.keys()]) this.forget(folder);
  }

  #compareBelow(
    start: FilePath,
    job: ComparisonJob,
    signal: AbortSignal,
    onComparing: ComparisonsOptions['onComparing'],
  ): Promise<Comparison> {
    const both = AbortSignal.any([signal, this.options.signal]);
    return newComparison({ start, job, signal: both, onComparing, onLog: this.options.onLog });
  }

  /**
   * Remembers what changes while `work` compares, since what has been scanned by then is no longer
   * true. `judgeAgain` takes what lies below a path into the result, and says whether the folder
   * is still wanted.
   */
  async #watchedMeanwhile<T>(
    job: ComparisonJob,
    work: (judgeAgain: (result: Comparison, below: FilePath) => Promise<boolean>) => Promise<T>,
  ): Promise<T> {
    const { folder } = job.target;
    const meanwhile = new Set<string>();
    this.#changedMeanwhile.set(folder, meanwhile);
    const isWanted = () => this.#changedMeanwhile.get(folder) === meanwhile;
    try {
      return await work(async (comparison, below) => {
        while (isWanted() && meanwhile.size > 0) {
          const changed = toPaths(job, [...meanwhile]).filter(path => isWithin(path, below));
          meanwhile.clear();
          await this.#judgeAgain({ ...job, comparison }, changed);
        }
        return isWanted();
      });
    } finally {
      if (isWanted()) this.#changedMeanwhile.delete(folder);
    }
  }

  /** Judges what has changed by the rules of now, which may have changed with it. */
  async #judgeAgain(folder: ComparedFolder, paths: readonly FilePath[]): Promise<void> {
    await this.#live(folder, async live => {
      const below = paths.flatMap(path => live.exclude.forget(path) ?? []);
      for (const each of below) await applyRules(live, each);
      const uncovered = paths.flatMap(path => newlyIncludedBy(live, path) ?? []);
      const isUncovered = (path: FilePath) => uncovered.some(start => isWithin(path, start));
      // What is to be compared anew is judged meanwhile, by what is known of the bucket.
      const judged = paths.flatMap(path => (isUncovered(path) ? judgeableBelow(live, path) : path));
      await applyChanges(live, judged);
      this.#toCompare(folder.target.folder, [...below, ...uncovered]);
    });
  }

  #toCompare(folder: string, below: readonly FilePath[]): void {
    if (below.length === 0) return;
    const before = this.#uncovered.get(folder);
    this.#uncovered.set(folder, new Set([...(before ?? []), ...below]));
    // What comes before the comparison has begun is compared with it.
    if (before === undefined) this.options.onNewlyIncluded(folder);
  }

  async #live(
    { root, exclude, comparison }: ComparedFolder,
    look: (live: LiveComparison) => Promise<void> | void,
  ): Promise<void> {
    const signal = this.options.signal;
    const mine = this.#looking.then(() => look({ comparison, root, exclude, signal }));
    this.#looking = mine.catch(() => undefined);
    try {
      await mine;
    } catch (error) {
      if (!isCancelled(error)) throw error;
    }
  }
}

/** One list of all costs less than many of one. */
const mostSingleStarts = 20;

/** What of these absolute paths lies in a folder, and is not our own. */
function toPaths({ root }: Route, absolute: readonly string[]): readonly FilePath[] {
  return absolute.flatMap(each => {
    const path = toFilePath(root, each);
    return path === undefined || isStagedFile(path) ? [] : path;
  });
}
