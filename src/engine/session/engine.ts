import type { CloudCopySaving, KnownCopiesRequest, KnownCopy } from '../../protocol/cloudCopies';
import type { Attention } from '../../protocol/comparisons';
import { rootPath, type FolderSetup, type RawSettings } from '../../protocol/folders';
import type { FreeUpChoice, FreeUpRequest, FreeUpSummary } from '../../protocol/freeUp';
import type { Overview, OverviewRequest } from '../../protocol/overview';
import type {
  Chosen,
  ChosenRequest,
  Difference,
  FolderConflicts,
  PlannedFile,
  PlanRequest,
  PlanSummary,
  UpToDateRequest,
  UpToDateScope,
} from '../../protocol/plans';
import type { Report, ReportPage, ReportRequest } from '../../protocol/reports';
import type {
  ArchiveAnswer,
  ArchiveRequest,
  ConflictChoices,
  RestoreRequest,
  RestoreSummary,
} from '../../protocol/restore';
import type { ChildrenPage, ChildrenRequest } from '../../protocol/rows';
import type { Safety, SafetyRequest } from '../../protocol/safety';
import type { VerifyReport } from '../../protocol/verify';
import { compareFolders } from '../schedule/compareFolders';
import type { ComparisonJob } from '../comparison/job';
import { differencesOf } from '../comparison/differences';
import { forgetAllButConflicts, forgetLost } from '../comparison/forget';
import { createEngineServices, type EngineOptions, type EngineServices } from './engineServices';
import type { PlanKind, StepSelection } from '../batch/planKind';
import type { BatchStep, StepResult } from '../batch/step';
import { PlannedBackUps } from '../backup/plannedBackUps';
import { StoreQuestions } from './storeQuestions';
import { requestArchived } from '../restore/recentRestores';
import { saveCopy } from '../restore/restoreFile';
import { choosing } from '../restore/restoreKind';
import { conflictsAmong } from '../backup/conflictsAmong';
import { Verification } from '../verify/verifier';
import { safetyOf } from '../comparison/safety';
import { upToDateAmong } from '../comparison/upToDateAmong';
import { workOnFolders } from '../schedule/workOnFolders';

/** The engine's one entrance: compares folders with buckets, backs them up, restores and frees. */
export class Engine {
  readonly #services: EngineServices;
  readonly stores: StoreQuestions;

  /** The plans of back-ups that were shown, to be asked about and made smaller. */
  readonly plannedBackUps: PlannedBackUps;

  constructor(options: EngineOptions) {
    this.#services = createEngineServices(options);
    this.stores = new StoreQuestions(this.#services);
    const { kinds, plans } = this.#services;
    this.plannedBackUps = new PlannedBackUps(plans, kinds.backUp);
  }

  /** Compares whole folders; where some fail, the others are compared all the same. */
  compare(setups: readonly FolderSetup[], signal: AbortSignal): Promise<void> {
    return compareFolders(this.#services, setups, signal);
  }

  children(request: ChildrenRequest): ChildrenPage {
    return this.#services.comparisons.children(request);
  }

  overview(request: OverviewRequest): Overview | null {
    return this.#services.comparisons.overview(request);
  }

  /** Returns what can be chosen for a back-up of a folder, as it is on disk now. */
  async differences(setup: FolderSetup, signal: AbortSignal): Promise<readonly Difference[]> {
    const { comparisons, jobOf } = this.#services;
    const job = jobOf(setup);
    await comparisons.lookAt(job, [rootPath], signal);
    return differencesOf(comparisons.requireCurrent(job));
  }

  /** Those of the files that a back-up would find up to date. */
  async upToDateAmong(
    { folders }: UpToDateRequest,
    signal: AbortSignal,
  ): Promise<readonly PlannedFile[]> {
    const { comparisons } = this.#services;
    const work = (job: ComparisonJob, scope: UpToDateScope) =>
      upToDateAmong({ comparisons, job, scope, signal });
    return (await workOnFolders(this.#services, { folders, work, signal })).flat();
  }

  dropUnfinished(setups: readonly FolderSetup[]): void {
    const { publisher, flush, jobOf, unfinishedTotals } = this.#services;
    const jobs = setups.map(jobOf);
    for (const { unfinished } of jobs) unfinished.files.clear();
    unfinishedTotals.count(jobs);
    publisher.changed();
    flush();
  }

  knownCopies({ folder, paths }: KnownCopiesRequest): readonly KnownCopy[] {
    return this.#services.comparisons.knownCopies(folder, paths);
  }

  /** How safe files are by what is known already. */
  safety({ setup, paths }: SafetyRequest): readonly Safety[] {
    const { comparisons, jobOf } = this.#services;
    return safetyOf(comparisons, jobOf({ ...setup, isUnasked: true }), paths);
  }

  reportPage({ planId, offset, limit }: ReportRequest): ReportPage {
    return this.#services.reports.page(planId, offset, limit);
  }

  /** Shows only the rows whose paths match the text. */
  filterRows(text: string): void {
    this.#services.comparisons.filterRows(text);
    this.#services.flush();
  }

  /** Reads what was chosen, whatever is known of it, and compares it with the cloud as it is now. */
  async verify({ folders }: ChosenRequest, signal: AbortSignal): Promise<VerifyReport> {
    const { comparisons, verifier } = this.#services;
    const verification = new Verification();
    const add = (job: ComparisonJob, chosen: Chosen) =>
      verification.add(comparisons, job, { chosen, signal });
    await workOnFolders(this.#services, { folders, work: add, mode: 'exclusive', signal });
    return this.#told(verifier.verify(verification, this.#whileOpen(signal)));
  }

  readCloudCopies(verificationId: number, signal: AbortSignal): Promise<VerifyReport> {
    const { verifier } = this.#services;
    return this.#told(verifier.readCopies(verificationId, this.#whileOpen(signal)));
  }

  /** Forgets files that were safe once and are gone from both sides. */
  async forgetLost({ folders }: ChosenRequest, signal: AbortSignal): Promise<number> {
    const { comparisons, flush } = this.#services;
    const counts = await workOnFolders(this.#services, {
      folders,
      signal,
      work: (job, chosen) => forgetLost({ comparisons, job, chosen, signal }),
    });
    flush();
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** The conflicts among what was chosen, for somebody to decide. */
  conflicts({ folders }: ChosenRequest, signal: AbortSignal): Promise<readonly FolderConflicts[]> {
    const work = (job: ComparisonJob, chosen: Chosen) =>
      conflictsAmong(this.#services.comparisons, job, chosen, signal);
    return workOnFolders(this.#services, { folders, work, signal });
  }

  /** Plans a back-up. The summary describes exactly what `run` does. */
  planBackUp({ folders }: PlanRequest, signal: AbortSignal): Promise<PlanSummary> {
    return this.#plan(this.#services.kinds.backUp, folders, signal);
  }

  /** Plans a restore. The summary describes exactly what `run` does. */
  planRestore({ folders }: RestoreRequest, signal: AbortSignal): Promise<RestoreSummary> {
    return this.#plan(this.#services.kinds.restore, folders, signal);
  }

  /** Plans which local files would go. The summary describes exactly what `run` does. */
  planFreeUp({ folders }: FreeUpRequest, signal: AbortSignal): Promise<FreeUpSummary> {
    return this.#plan(this.#services.kinds.freeUp, folders, signal);
  }

  /** Restores one copy to a place of the user's. */
  saveCopy(saving: CloudCopySaving, signal: AbortSignal): Promise<void> {
    const { jobOf, restoreTools } = this.#services;
    return saveCopy({ job: jobOf(saving.setup), saving }, restoreTools, signal);
  }

  /** Asks for what a restore has found archived. */
  requestArchived(request: ArchiveRequest, signal: AbortSignal): Promise<ArchiveAnswer> {
    return requestArchived(this.#services, request, signal);
  }

  chooseConflicts(choices: ConflictChoices): void {
    const { kinds, plans } = this.#services;
    plans.change(kinds.restore, choices.planId, choosing(choices));
  }

  chooseFreeUpMethod({ planId, method }: FreeUpChoice): void {
    const { kinds, plans } = this.#services;
    plans.change(kinds.freeUp, planId, step => ({ ...step, method }));
  }

  dropPlan(planId: number): void {
    this.#services.plans.drop(planId);
  }

  /** Runs a plan, once. If it is cancelled, the report still adds up. */
  async run(planId: number, signal: AbortSignal): Promise<Report> {
    await this.#services.comparisonLock.idle(signal);
    return this.#told(this.#services.plans.run(planId, this.#whileOpen(signal)));
  }

  /** Lets no byte of any batch move until `resume`. */
  pause(): void {
    this.#services.batches.pause();
  }

  resume(): void {
    this.#services.batches.resume();
  }

  /** Sets how much of the network batches may use, from now on. */
  trafficChanged(raw: RawSettings): void {
    this.#services.limits.set(raw);
  }

  /** Judges files again that were created, changed or deleted; their paths are absolute. */
  filesChanged(folder: string, paths: readonly string[]): Promise<void> {
    return this.#services.comparisons.filesChanged(folder, paths);
  }

  /** Looks again at everything on disk, when it is time. */
  recheck(): Promise<void> {
    const { batches, comparisons, publisher, unfinishedTotals } = this.#services;
    // What this window is sending itself is counted when that has ended.
    if ([...batches.underWay].length === 0) {
      unfinishedTotals.recount();
      publisher.changed();
    }
    return comparisons.recheck();
  }

  /** Proves no more in the background what is being proved now, until somebody verifies. */
  stopProving(): void {
    this.#services.comparisons.stopProving();
  }

  /** Lets rest what nobody waits for while nobody is there. */
  attend(attention: Attention): void {
    this.#services.quiet.attend(attention);
  }

  /** A comparison by other settings is void; what waits for its turn goes by these. */
  settingsChanged(folder: string, settings: RawSettings): void {
    this.#services.waiting.settingsChanged(folder, settings);
    this.#forget(folder);
  }

  forgetFolder(folder: string): void {
    this.#services.waiting.forget(folder);
    this.#services.unfinishedTotals.forget(folder);
    this.#forget(folder);
  }

  /** Forgets a folder that is not backed up any more; returns how many conflicts stay known. */
  forgetRecords(setup: FolderSetup): number {
    this.dropUnfinished([setup]);
    const conflicts = forgetAllButConflicts(this.#services, this.#services.jobOf(setup));
    this.forgetFolder(setup.id);
    return conflicts;
  }

  dispose(): void {
    this.#services.close();
  }

  /** Selects in each folder, and makes one plan of it. */
  async #plan<
    Scope extends { readonly kind: string },
    Selection extends StepSelection<Step>,
    Summary,
    Step extends BatchStep,
    Result extends StepResult,
  >(
    kind: PlanKind<Scope, Selection, Summary, Step, Result>,
    folders: readonly { readonly setup: FolderSetup; readonly scope: Scope }[],
    signal: AbortSignal,
  ): Promise<Summary> {
    const selections = await workOnFolders(this.#services, {
      folders,
      signal,
      work: (job, scope) => kind.select(job, scope, signal),
    });
    return this.#services.plans.add(kind, selections, signal);
  }

  #forget(folder: string): void {
    this.#services.comparisons.forget(folder);
    this.#services.publisher.failed(folder, undefined);
  }

  #whileOpen(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#services.ended]);
  }

  /** No answer precedes the rows and the state that it leads to. */
  #told<T>(work: Promise<T>): Promise<T> {
    return work.finally(this.#services.flush);
  }
}
