import type { BucketPage, BucketPageRequest } from '../../protocol/buckets';
import type { CloudCopySaving, KnownCopiesRequest, KnownCopy } from '../../protocol/cloudCopies';
import type { ConnectionCheck, CredentialSources } from '../../protocol/credentials';
import type { FolderSetup, RawSettings } from '../../protocol/folders';
import type { FreeUpChoice, FreeUpRequest, FreeUpSummary } from '../../protocol/freeUp';
import type {
  Chosen,
  ChosenRequest,
  Difference,
  FolderConflicts,
  LeftOut,
  PlannedFile,
  PlanRequest,
  PlanSummary,
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
import type { VerifyReport } from '../../protocol/verify';
import { checkConnection } from '../store/checkConnection';
import { compareFolders } from '../schedule/compareFolders';
import type { Connection } from '../ports/connection';
import { credentialSources } from '../config/profiles';
import { differencesOf } from '../comparison/differences';
import { forgetLost } from '../comparison/forgetLost';
import { listBuckets } from '../store/listBuckets';
import { createServices, type EngineOptions, type EngineServices } from './createEngine';
import { conflictsAmong } from '../backup/conflictsAmong';
import { runPlan } from './runPlan';
import { readSharedFiles } from '../config/sharedFiles';
import { Verification } from '../verify/verifier';
import { workOnFolders } from '../schedule/workOnFolders';
import type { ComparisonJob } from '../comparison/job';

/** The engine's one entrance: compares folders with buckets, and backs them up. */
export class Engine {
  readonly #parts: EngineServices;

  constructor(options: EngineOptions) {
    this.#parts = createServices(options);
  }

  credentialSources(): CredentialSources {
    return credentialSources(process.env, readSharedFiles(process.env));
  }

  checkConnection(check: ConnectionCheck, signal: AbortSignal): Promise<void> {
    return this.#told(checkConnection(this.#parts, check, signal));
  }

  listBuckets(request: BucketPageRequest, signal: AbortSignal): Promise<BucketPage> {
    return this.#told(listBuckets(this.#parts, request, signal));
  }

  /** The store that these settings lead to; the same one for the same settings. */
  connection(raw: RawSettings): Connection {
    return this.#parts.connections.of(raw);
  }

  /** Compares whole folders; where some fail, the others are compared all the same. */
  compare(setups: readonly FolderSetup[], signal: AbortSignal): Promise<void> {
    return compareFolders(this.#parts, setups, signal);
  }

  children(request: ChildrenRequest): ChildrenPage {
    return this.#parts.comparisons.children(request);
  }

  /** What there is to choose from for a back-up of a folder, by the comparison at hand. */
  differences(setup: FolderSetup): readonly Difference[] {
    const { comparisons, jobOf } = this.#parts;
    return differencesOf(comparisons.requireCurrent(jobOf(setup)));
  }

  dropRemaining(setups: readonly FolderSetup[]): void {
    const { publisher, flush, jobOf, remaining } = this.#parts;
    const jobs = setups.map(jobOf);
    for (const { unfinished } of jobs) unfinished.files.clear();
    remaining.count(jobs);
    publisher.changed();
    flush();
  }

  knownCopies({ folder, paths }: KnownCopiesRequest): readonly KnownCopy[] {
    return this.#parts.comparisons.knownCopies(folder, paths);
  }

  reportPage({ planId, offset, limit }: ReportRequest): ReportPage {
    return this.#parts.reports.page(planId, offset, limit);
  }

  /** Shows only the rows whose paths match the text. */
  filterRows(text: string): void {
    this.#parts.comparisons.filterRows(text);
  }

  /** Reads what was chosen, whatever is known of it, and compares it with the cloud as it is now. */
  async verify({ folders: parts }: ChosenRequest, signal: AbortSignal): Promise<VerifyReport> {
    const { comparisons, verifier } = this.#parts;
    const verification = new Verification();
    const add = (job: ComparisonJob, chosen: Chosen) =>
      verification.add(comparisons, job, { chosen, signal });
    await workOnFolders(this.#parts, parts, signal, add, 'idle');
    return this.#told(verifier.verify(verification, this.#whileOpen(signal)));
  }

  readCloudCopies(verificationId: number, signal: AbortSignal): Promise<VerifyReport> {
    const { verifier } = this.#parts;
    return this.#told(verifier.readCopies(verificationId, this.#whileOpen(signal)));
  }

  /** Forgets that files were ever safe which are gone from both sides. */
  async forgetLost({ folders: parts }: ChosenRequest, signal: AbortSignal): Promise<number> {
    const { comparisons, flush } = this.#parts;
    const counts = await workOnFolders(this.#parts, parts, signal, (job, chosen) =>
      forgetLost({ comparisons, job, chosen, signal }),
    );
    flush();
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** The conflicts among what was chosen, for somebody to decide. */
  conflicts(
    { folders: parts }: ChosenRequest,
    signal: AbortSignal,
  ): Promise<readonly FolderConflicts[]> {
    return workOnFolders(this.#parts, parts, signal, (job, chosen) =>
      conflictsAmong(this.#parts.comparisons, job, chosen, signal),
    );
  }

  /** Settles what a back-up would do. What is shown of the plan is what `run` carries out. */
  async plan({ folders: parts }: PlanRequest, signal: AbortSignal): Promise<PlanSummary> {
    const { backUps } = this.#parts;
    const selections = await workOnFolders(this.#parts, parts, signal, (job, scope) =>
      backUps.select(job, scope, signal),
    );
    return backUps.hold(selections, signal);
  }

  /** Settles what a restore would do. What is shown of the plan is what `run` carries out. */
  async planRestore(
    { folders: parts }: RestoreRequest,
    signal: AbortSignal,
  ): Promise<RestoreSummary> {
    const { newPlanId, restores } = this.#parts;
    const selections = await workOnFolders(this.#parts, parts, signal, (job, scope) =>
      restores.select(job, scope, signal),
    );
    return restores.hold(newPlanId(), selections);
  }

  /** Restores one copy to a place of the user's. */
  saveCopy(request: CloudCopySaving, signal: AbortSignal): Promise<void> {
    const { jobOf, restores } = this.#parts;
    return restores.saveCopy(jobOf(request.setup), request, signal);
  }

  chooseConflicts(choices: ConflictChoices): void {
    this.#parts.restores.choose(choices);
  }

  /** Asks for what a restore has found archived. */
  requestArchived(request: ArchiveRequest, signal: AbortSignal): Promise<ArchiveAnswer> {
    return this.#parts.restores.requestArchived(request, signal);
  }

  /** Settles which local files would go. What is shown of the plan is what `run` carries out. */
  async planFreeUp({ folders: parts }: FreeUpRequest, signal: AbortSignal): Promise<FreeUpSummary> {
    const { freeUps, newPlanId } = this.#parts;
    const selections = await workOnFolders(this.#parts, parts, signal, (job, scope) =>
      freeUps.select(job, scope, signal),
    );
    return freeUps.hold(newPlanId(), selections, signal);
  }

  chooseFreeWay(choice: FreeUpChoice): void {
    this.#parts.freeUps.choose(choice);
  }

  /** Carries out a plan, once. Cancelling it still gives a report that adds up. */
  async run(planId: number, signal: AbortSignal): Promise<Report> {
    await this.#parts.comparisonLock.idle(signal);
    return this.#told(runPlan(this.#parts, planId, this.#whileOpen(signal)));
  }

  /** Lets no byte of any batch move until `resume`. */
  pause(): void {
    this.#parts.batches.pause();
  }

  resume(): void {
    this.#parts.batches.resume();
  }

  /** Takes in how much of the network uploads may have, from now on. */
  trafficChanged(raw: RawSettings): void {
    this.#parts.limits.set(raw);
  }

  dropPlan(planId: number): void {
    const { freeUps, plans, restores } = this.#parts;
    restores.drop(planId);
    freeUps.drop(planId);
    plans.drop(planId);
  }

  plannedAmong(planId: number, absolute: readonly string[]): readonly PlannedFile[] {
    return this.#parts.plans.among(planId, absolute);
  }

  emptyingFiles(planId: number): Promise<readonly PlannedFile[]> {
    return this.#parts.plans.emptying(planId);
  }

  /** Lets a plan do less than was shown. */
  leaveOut(left: LeftOut): void {
    this.#parts.plans.leaveOut(left);
  }

  /** Judges files again that were created, changed or deleted; their paths are absolute. */
  filesChanged(folder: string, paths: readonly string[]): Promise<void> {
    return this.#parts.comparisons.filesChanged(folder, paths);
  }

  /** Looks again at every file that is shown as up to date. */
  recheck(): Promise<void> {
    return this.#parts.comparisons.recheck();
  }

  /** A comparison by other settings is void; what waits for its turn goes by these. */
  settingsChanged(folder: string, settings: RawSettings): void {
    this.#parts.waiting.settingsChanged(folder, settings);
    this.#forget(folder);
  }

  forgetFolder(folder: string): void {
    this.#parts.waiting.forget(folder);
    this.#parts.remaining.forget(folder);
    this.#forget(folder);
  }

  dispose(): void {
    this.#parts.close();
  }

  #forget(folder: string): void {
    this.#parts.comparisons.forget(folder);
    this.#parts.publisher.failed(folder, undefined);
  }

  #whileOpen(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#parts.ended]);
  }

  /** No answer precedes the rows and the state that it leads to. */
  #told<T>(work: Promise<T>): Promise<T> {
    return work.finally(this.#parts.flush);
  }
}
