import type { KnownCopy } from '../../protocol/cloudCopies';
import type { ComparisonTotals } from '../../protocol/comparisons';
import type { FailureCode } from '../../protocol/failures';
import { rootPath, type FilePath } from '../../protocol/folders';
import type { Overview, OverviewRequest } from '../../protocol/overview';
import type { ChangedRow, ChildrenPage, ChildrenRequest } from '../../protocol/rows';
import { groups, type Group } from '../../protocol/verdicts';
import { isWithinAny, topmost } from '../disk/filePath';
import { describeFailure, Failure, toFailure } from '../failures/failure';
import type { Comparing } from '../state/statePublisher';
import { BackgroundProof, type BackgroundProofDeps } from './backgroundProof';
import { ChangesMeanwhile } from './changesMeanwhile';
import type { Comparison } from './comparison';
import type { Entry } from './entry';
import { isSameTarget, type ComparisonJob, type ComparisonTarget } from './job';
import {
  FolderChanges,
  toPaths,
  type ComparedFolder,
  type FolderChangesOptions,
} from './folderChanges';
import { recheckUpToDate } from './liveChanges';
import { Looks, type LooksOptions } from './looks';
import {
  newComparison,
  replaceBelow,
  type ComparedPart,
  type NewComparisonRequest,
} from './newComparison';
import { rowFilter, type RowFilter } from './rowFilter';
import { markUnknown } from './ruleChanges';

export interface ComparisonsOptions
  extends
    FolderChangesOptions,
    BackgroundProofDeps,
    LooksOptions,
    Pick<NewComparisonRequest, 'requests'> {
  readonly onComparing: (now: Comparing) => void;
  readonly onRows: (folder: string, groups: readonly Group[], row?: ChangedRow) => void;
}

type ComparisonRequest = Omit<NewComparisonRequest, 'requests' | 'onLog' | 'ifVanished'> &
  Partial<Pick<NewComparisonRequest, 'ifVanished'>>;

/** The comparisons at hand, one for each folder, kept true while the folders change. */
export class Comparisons {
  readonly #folders = new Map<string, ComparedFolder>();
  readonly #meanwhile = new ChangesMeanwhile();
  readonly #proof: BackgroundProof;
  readonly #changes: FolderChanges;
  readonly #looks: Looks;
  #filter: RowFilter | undefined;

  constructor(readonly options: ComparisonsOptions) {
    this.#proof = new BackgroundProof(options);
    this.#changes = new FolderChanges(options);
    this.#looks = new Looks(options, this.#folders, this.#changes, this.#meanwhile);
  }

  /** Compares a whole folder. The result replaces what was known of it. */
  async compare(job: ComparisonJob, signal: AbortSignal): Promise<void> {
    const { folder } = job.target;
    const changed = this.#meanwhile.collect(folder);
    try {
      const { onComparing } = this.options;
      const starts = [rootPath];
      const { comparison } = await this.#newComparison({ starts, job, signal, onComparing });
      const compared = { ...job, comparison };
      // Nobody has watched a folder before its first comparison began.
      if (!this.#folders.has(folder)) await this.#changes.inTurn(compared, recheckUpToDate);
      await this.#catchUp(compared, changed, [rootPath]);
      if (!this.#meanwhile.areCollected(folder, changed)) return;
      comparison.setFilter(this.#filter);
      comparison.onChanged = (changedGroups, row) => {
        this.options.onRows(folder, changedGroups, row);
      };
      this.#proof.stop(folder);
      this.#folders.get(folder)?.comparison.dispose();
      this.#folders.set(folder, compared);
      this.options.onRows(folder, groups);
      this.#looks.onceMoreAtNew(folder, [rootPath]);
      if (job.rule === 'smart') this.#proof.start(job, comparison, [rootPath]);
    } finally {
      this.#meanwhile.end(folder, changed);
    }
  }

  /**
   * Compares files and folders of the disk, and updates the comparison at hand if there is one.
   * Returns what was found; an ignored folder or a link above one of them stands for it. Throws
   * `file-vanished` where there is nothing at the only one, or, unless it is left out, at any.
   */
  compareBelow(request: Omit<ComparisonRequest, 'onComparing'>): Promise<readonly Entry[]> {
    return this.#compareBelow({ ...request, onComparing: this.options.onComparing });
  }

  /**
   * Compares what is ignored no longer since the last comparison, because the rules are others or
   * because a folder took the place of a link. Nobody has asked for it, so that no progress is
   * reported. What cannot be compared is marked as unchecked.
   */
  async compareNewlyIncluded(folderId: string): Promise<void> {
    const starts = topmost(this.#changes.takeNewlyIncluded(folderId));
    const job = this.#folders.get(folderId);
    if (job === undefined || starts.length === 0) return;
    const { signal } = this.options;
    const onComparing = () => undefined;
    try {
      await this.#compareBelow({ starts, ifVanished: 'leave-out', job, signal, onComparing });
    } catch (error) {
      const failure = toFailure(error, folderId);
      // The event of a file that was deleted meanwhile has been applied already.
      if (stillKnown.has(failure.code)) return;
      const message = `Comparing ${starts.join(', ')} anew failed: ${describeFailure(failure)}`;
      this.options.onLog({ level: 'warning', message });
      await this.#changes.inTurn(job, live => {
        for (const start of starts) markUnknown(live, start, failure.toRecord());
      });
    }
  }

  /** Judges files again that were created, changed or deleted; their paths are absolute. */
  async filesChanged(folderId: string, absolute: readonly string[]): Promise<void> {
    this.#meanwhile.add(folderId, absolute);
    const folder = this.#folders.get(folderId);
    if (folder === undefined) return;
    const paths = toPaths(folder, absolute);
    await this.#changes.judgeAgain(folder, paths);
    this.#looks.onceMore(folderId, paths);
  }

  /** Whether a file at this path says something of others: it holds rules, or is in a folder's place. */
  concernsOthers(folderId: string, path: FilePath): boolean {
    const folder = this.#folders.get(folderId);
    if (folder === undefined) return false;
    if (folder.exclude.holdsRules(path)) return true;
    for (const each of folder.comparison.below(path)) if (each.path !== path) return true;
    return false;
  }

  /** Looks again at everything on disk when it is time: changes may have gone unnoticed. */
  recheck(): Promise<void> {
    return this.#looks.atEverything();
  }

  /**
   * Looks again at what is on disk at and below some paths, at once: somebody waits for it. Throws
   * `cancelled`.
   */
  async lookAt(
    job: ComparisonJob,
    starts: readonly FilePath[],
    signal: AbortSignal,
  ): Promise<void> {
    if (this.current(job) !== undefined) {
      await this.#looks.now(job.target.folder, starts, signal);
    }
  }

  /** Marks what is up to date in a folder as unconfirmed, since comparing it again has failed. */
  unconfirm(folder: string): void {
    this.#proof.stop(folder);
    this.#folders.get(folder)?.comparison.unconfirm(rootPath);
  }

  /** Proves no more in the background what is being proved now, until somebody verifies. */
  stopProving(): void {
    this.#proof.stopForUser();
  }

  /** Lets proofs of a folder that the user has stopped start again. */
  wantProofs(folder: string): void {
    this.#proof.want(folder);
  }

  /** The comparison at hand, if it is one of this very target, whatever rules it was judged by. */
  of(target: ComparisonTarget): Comparison | undefined {
    const comparison = this.#folders.get(target.folder)?.comparison;
    return comparison !== undefined && isSameTarget(comparison.target, target)
      ? comparison
      : undefined;
  }

  /** The comparison at hand, if it is one of this very target by these very rules. */
  current({ target, rulesKey }: ComparisonJob): Comparison | undefined {
    const known = this.#folders.get(target.folder);
    return known?.rulesKey === rulesKey ? this.of(target) : undefined;
  }

  /** Like `current`. Throws `plan-outdated` where there is none, since what the user saw is void. */
  requireCurrent(job: ComparisonJob): Comparison {
    const comparison = this.current(job);
    if (comparison === undefined) throw new Failure('plan-outdated', job.target.bucket);
    return comparison;
  }

  totals(): readonly ComparisonTotals[] {
    return [...this.#folders].map(([folder, { comparison }]) => ({
      ...comparison.totals(),
      proving: this.#proof.progress(folder),
    }));
  }

  children({ node, layout, offset, limit }: ChildrenRequest): ChildrenPage {
    const comparison = this.#folders.get(node.folder)?.comparison;
    return comparison?.children(node, layout, offset, limit) ?? { rows: [], total: 0 };
  }

  overview({ folder, ...request }: OverviewRequest): Overview | null {
    return this.#folders.get(folder)?.comparison.overview(request) ?? null;
  }

  /** What is known of the cloud copies of these paths; paths that were not checked are left out. */
  knownCopies(folder: string, paths: readonly FilePath[]): readonly KnownCopy[] {
    return this.#folders.get(folder)?.comparison.knownCopies(paths) ?? [];
  }

  /** Shows only the rows whose paths match the text, in these comparisons and in later ones. */
  filterRows(text: string): void {
    this.#filter = rowFilter(text);
    for (const { comparison } of this.#folders.values()) comparison.setFilter(this.#filter);
  }

  forget(folder: string): void {
    this.#meanwhile.forget(folder);
    this.#changes.takeNewlyIncluded(folder);
    this.#proof.stop(folder);
    this.#folders.get(folder)?.comparison.dispose();
    this.#folders.delete(folder);
  }

  dispose(): void {
    for (const folder of [...this.#folders.keys()]) this.forget(folder);
  }

  async #compareBelow(request: ComparisonRequest): Promise<readonly Entry[]> {
    const { job } = request;
    const { folder } = job.target;
    const changed = this.#meanwhile.collect(folder);
    try {
      const part = await this.#newComparison(request);
      const { comparison, starts } = part;
      const whole = this.current(job);
      if (whole === undefined) {
        await this.#catchUp({ ...job, comparison }, changed, starts);
        return [...comparison.entries()];
      }
      replaceBelow(whole, part);
      this.#looks.onceMoreAtNew(folder, starts);
      await this.#catchUp({ ...job, comparison: whole }, changed, [rootPath]);
      if (job.rule === 'smart') this.#proof.start(job, whole, starts);
      return [...comparison.entries()].map(entry => whole.get(entry.path) ?? entry);
    } catch (error) {
      const { code } = toFailure(error, folder);
      // What nobody could ask about is known no longer; what is gone is told by its event.
      if (!stillKnown.has(code)) {
        for (const start of request.starts) this.of(job.target)?.unconfirm(start);
      }
      throw error;
    } finally {
      this.#meanwhile.end(folder, changed);
    }
  }

  #newComparison({ signal, ...request }: ComparisonRequest): Promise<ComparedPart> {
    const both = AbortSignal.any([signal, this.options.signal]);
    const { requests, onLog } = this.options;
    return newComparison({ ifVanished: 'fail', ...request, signal: both, requests, onLog });
  }

  /** Judges again what has changed below some paths during a comparison, until nothing is left. */
  async #catchUp(
    compared: ComparedFolder,
    changed: Set<string>,
    below: readonly FilePath[],
  ): Promise<void> {
    const places = new Set(below);
    while (this.#meanwhile.areCollected(compared.target.folder, changed) && changed.size > 0) {
      const paths = toPaths(compared, [...changed]).filter(path => isWithinAny(path, places));
      changed.clear();
      await this.#changes.judgeAgain(compared, paths);
    }
  }
}

/** Failures of a comparison in part that say nothing of the earlier one. */
const stillKnown = new Set<FailureCode>(['cancelled', 'file-vanished']);
