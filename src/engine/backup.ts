import type {
  ArchiveAnswer,
  BucketPage,
  BucketPageRequest,
  ArchiveRequest,
  ChildrenPage,
  ChildrenRequest,
  CloudCopySaving,
  ConflictChoices,
  Chosen,
  ChosenRequest,
  ConnectionCheck,
  CredentialSources,
  FailureCode,
  Difference,
  FolderConflicts,
  FolderSetup,
  FreeChoice,
  FreeRequest,
  FreeScope,
  FreeSummary,
  Group,
  KnownCopiesRequest,
  KnownCopy,
  LeftOut,
  LogEntry,
  PlannedFile,
  PlanRequest,
  PlanSummary,
  RawSettings,
  Report,
  ReportPage,
  ReportRequest,
  RestoreRequest,
  RestoreScope,
  RestoreSummary,
  Scope,
  State,
  VerifyReport,
} from '../protocol';
import { rootPath } from '../protocol';
import { attempts } from './attempt';
import { Batches } from './batches';
import { budget } from './budget';
import { chosenEntries } from './chosenEntries';
import { Comparisons, type ComparisonJob } from './comparisons';
import type { Connection } from './connection';
import { connectionDefaults } from './connectionDefaults';
import { credentialSources } from './credentialSources';
import { differencesOf } from './differences';
import { noEditor, type EditorPort } from './editorPort';
import { excludeBy } from './exclude';
import { Failure, throwIfCancelled, toFailure } from './failure';
import { forgetLost } from './forgetLost';
import { freeings, workOf, type FreeOutcome } from './freeUp/freeings';
import { lookAgain } from './freeUp/lookAgain';
import { settleFreed } from './freeUp/settleFreed';
import { heldPlans } from './heldPlans';
import { ignoreFilesBelow } from './ignoreFiles';
import { keptReports } from './keptReports';
import { noJournal, type OwnFileJournal } from './ownFileJournal';
import { isEmptying, isUnowned, summarize, type Plan } from './plan';
import type { Receipts } from './receipts';
import { restores } from './restore/restores';
import { settleRestored } from './restore/settleRestored';
import { abortStale } from './resume/abortStale';
import { isInterrupted } from './resume/interruption';
import { leaveOutSettled } from './resume/leaveOutSettled';
import { rememberSteps } from './resume/remainingFiles';
import { remainingTotals } from './resume/remainingTotals';
import { unfinishedInMemory, type Unfinished } from './resume/unfinished';
import { rowNews } from './rowNews';
import { conflictsAmong } from './resolve/conflictsAmong';
import { selectScope } from './scopeSelection';
import {
  parseCompareSettings,
  parseConnectionSettings,
  parseTrafficSettings,
  type ConnectionSettings,
} from './settings';
import { settleRow } from './settleRow';
import { readSharedFiles, stampOf } from './sharedFiles';
import { toBackUp } from './toBackUp';
import { stateBoard } from './stateBoard';
import { openTraffic, type Traffic } from './traffic';
import { transfer } from './transfer';
import { untilSettled } from './untilSettled';
import { verifier } from './verify/verifier';
import { waitingFolders } from './waitingFolders';

/** What the engine tells of its own accord. */
export interface BackupEvents {
  readonly onState: (state: State) => void;
  readonly onRows: (folder: string, groups: readonly Group[]) => void;
  readonly onLog: (entry: LogEntry) => void;
}

export interface BackupOptions extends BackupEvents {
  readonly connect: (settings: ConnectionSettings, traffic: Traffic) => Connection;
  readonly receipts: Receipts;
  /** Whom to ask about files that are to be replaced; nobody where it is left out. */
  readonly editor?: EditorPort;
  /** Where temporary files are noted; where it is left out, what a crash leaves behind stays. */
  readonly journal?: OwnFileJournal;
  /** What earlier batches have left; where it is left out, it is forgotten with this engine. */
  readonly unfinished?: Unfinished;
}

/** The engine's one entrance: compares folders with buckets, and backs them up. */
export class Backup {
  readonly #options: BackupOptions;
  readonly #connections = new Map<string, Connection>();
  /** Those whose credentials were refused; batches under way may still be using them. */
  readonly #retired: Connection[] = [];
  readonly #comparisons: Comparisons;
  #lastPlanId = 0;
  readonly #newPlanId = () => ++this.#lastPlanId;
  readonly #plans = heldPlans(this.#newPlanId);
  readonly #restores;
  readonly #freeings;
  readonly #verifier;
  readonly #rows;
  readonly #board;
  /** Shared by all batches, so that they do not multiply what is in flight. */
  readonly #budget = budget(requestsInFlight, bytesInFlight);
  readonly #traffic = openTraffic(outage => {
    this.#batches.interrupted(outage);
  });
  readonly #reports = keptReports();
  readonly #waiting = waitingFolders();
  readonly #unfinished: Unfinished;
  readonly #remaining;
  readonly #disposed = new AbortController();
  readonly #batches: Batches;
  #comparing: Promise<unknown> = Promise.resolve();

  constructor(options: BackupOptions) {
    this.#options = options;
    this.#rows = rowNews(options.onRows);
    this.#unfinished = options.unfinished ?? unfinishedInMemory();
    this.#remaining = remainingTotals(this.#unfinished);
    this.#board = stateBoard(options.onState, () => ({
      comparisons: this.#comparisons.totals(),
      remaining: this.#remaining.now(),
    }));
    this.#comparisons = new Comparisons({
      signal: this.#disposed.signal,
      onComparing: now => {
        this.#board.comparing(now);
      },
      onUncovered: folder => {
        this.#inBackground(() => this.#comparisons.compareUncovered(folder));
      },
      onRows: (folder, groups) => {
        this.#rows.add(folder, groups);
        this.#board.changed();
      },
      onLog: options.onLog,
    });
    this.#batches = new Batches({
      comparisons: this.#comparisons,
      reports: this.#reports,
      board: this.#board,
      traffic: this.#traffic,
      onLog: options.onLog,
    });
    this.#restores = restores({
      comparisons: this.#comparisons,
      reports: this.#reports,
      budget: this.#budget,
      traffic: this.#traffic,
      editor: options.editor ?? noEditor,
      journal: options.journal ?? noJournal,
    });
    this.#freeings = freeings({
      comparisons: this.#comparisons,
      reports: this.#reports,
      traffic: this.#traffic,
      editor: options.editor ?? noEditor,
      journal: options.journal ?? noJournal,
      onStayed: outcomes => {
        const { signal } = this.#disposed;
        this.#inBackground(() => lookAgain(this.#comparisons, outcomes, signal));
      },
    });
    this.#verifier = verifier(this.#comparisons, (id, progress) => {
      this.#board.verifying(id, progress);
    });
  }

  credentialSources(): CredentialSources {
    return credentialSources(process.env, readSharedFiles(process.env));
  }

  /** Asks the store, visibly, whether it takes the credentials. */
  async checkConnection(check: ConnectionCheck, signal: AbortSignal): Promise<void> {
    const { folder, settings, target } = check;
    this.#board.failed(folder, undefined);
    try {
      const onAttempt = (attempt: number): void => {
        this.#board.connecting({ kind: 'connecting', folder, attempt, attempts });
      };
      await this.connection(settings).check({ target, signal, onAttempt });
    } catch (error) {
      throw this.#failed(folder, toFailure(error, ''));
    } finally {
      this.#board.connecting(undefined);
      this.#flush();
    }
  }

  /** Some of the buckets; where the store does not answer at once, the state tells so. */
  async listBuckets(request: BucketPageRequest, signal: AbortSignal): Promise<BucketPage> {
    const { folder, settings, after } = request;
    const onAttempt = (attempt: number): void => {
      if (attempt > 1) this.#board.connecting({ kind: 'connecting', folder, attempt, attempts });
    };
    try {
      return await this.connection(settings).account.buckets({ after, signal, onAttempt });
    } finally {
      this.#board.connecting(undefined);
      this.#flush();
    }
  }

  /** The store that these settings lead to; the same one for the same settings. */
  connection(raw: RawSettings): Connection {
    const files = readSharedFiles(process.env);
    const settings = parseConnectionSettings(raw, profile =>
      connectionDefaults(profile, process.env, files),
    );
    // Whoever mends the files is to be served by what they say now.
    const key = JSON.stringify([settings, stampOf(files.credentials), stampOf(files.config)]);
    let connection = this.#connections.get(key);
    if (connection === undefined) {
      connection = this.#options.connect(settings, this.#traffic);
      this.#connections.set(key, connection);
    }
    return connection;
  }

  /**
   * Compares whole folders, one after the other, each replacing what was known of it. Where some
   * fail, the others are compared all the same; the first failure is thrown, the state has all.
   */
  async compare(setups: readonly FolderSetup[], signal: AbortSignal): Promise<void> {
    const waiting = this.#waiting.join(setups);
    const work = this.#exclusively(signal, async () => {
      for (const { id } of setups) this.#board.failed(id, undefined);
      let first: Failure | undefined;
      for (const { id } of setups) {
        const setup = waiting.now(id);
        if (setup === undefined) continue;
        try {
          const job = this.#job(setup);
          await this.#comparisons.compare(job, signal);
          const comparison = this.#comparisons.current(job);
          // A kill may have kept from its note what had arrived.
          if (comparison !== undefined) leaveOutSettled(job.unfinished.remaining, comparison);
          this.#countRemaining([job]);
          void this.#abortStale(job, setup.settings);
        } catch (error) {
          const failure = this.#failed(id, toFailure(error, setup.bucket));
          if (failure.code === 'cancelled') throw failure;
          first ??= failure;
        }
      }
      if (first !== undefined) throw first;
    });
    await work.finally(waiting.leave);
  }

  children(request: ChildrenRequest): ChildrenPage {
    return this.#comparisons.children(request);
  }

  /** What there is to choose from for a back-up of a folder, by the comparison at hand. */
  differences(setup: FolderSetup): readonly Difference[] {
    const comparison = this.#comparisons.current(this.#job(setup));
    if (comparison === undefined) throw new Failure('plan-outdated', setup.bucket);
    return differencesOf(toBackUp.flatMap(group => [...comparison.inGroup(group, rootPath)]));
  }

  dropRemaining(setups: readonly FolderSetup[]): void {
    const jobs = setups.map(setup => this.#job(setup));
    for (const { unfinished } of jobs) unfinished.remaining.clear();
    this.#countRemaining(jobs);
    this.#flush();
  }

  knownCopies({ folder, paths }: KnownCopiesRequest): readonly KnownCopy[] {
    return this.#comparisons.knownCopies(folder, paths);
  }

  reportPage({ planId, offset, limit }: ReportRequest): ReportPage {
    return this.#reports.page(planId, offset, limit);
  }

  /** Shows only the rows whose paths match the text. */
  filterRows(text: string): void {
    this.#comparisons.filterRows(text);
  }

  /** Reads what was chosen, whatever is known of it, and compares it with the cloud as it is now. */
  async verify({ parts }: ChosenRequest, signal: AbortSignal): Promise<VerifyReport> {
    const verification = this.#verifier.begin();
    const select = (job: ComparisonJob, chosen: Chosen) => verification.select(job, chosen, signal);
    await this.#forEach(parts, signal, select, 'idle');
    return this.#verifying(verification.run(AbortSignal.any([signal, this.#disposed.signal])));
  }

  readCloudCopies(verificationId: number, signal: AbortSignal): Promise<VerifyReport> {
    const both = AbortSignal.any([signal, this.#disposed.signal]);
    return this.#verifying(this.#verifier.readCopies(verificationId, both));
  }

  /** Forgets that files were ever safe which are gone from both sides. */
  async forgetLost({ parts }: ChosenRequest, signal: AbortSignal): Promise<number> {
    const counts = await this.#forEach(parts, signal, async (job, chosen) => {
      const entries = await chosenEntries(this.#comparisons, job, chosen, signal);
      const comparison = this.#comparisons.current(job);
      return comparison === undefined ? 0 : forgetLost(entries, comparison, job.receipts);
    });
    this.#flush();
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** The conflicts among what was chosen, for somebody to decide. */
  conflicts({ parts }: ChosenRequest, signal: AbortSignal): Promise<readonly FolderConflicts[]> {
    return this.#forEach(parts, signal, async (job, chosen) => {
      const entries = await chosenEntries(this.#comparisons, job, chosen, signal);
      const comparison = this.#comparisons.current(job);
      const conflicts = await conflictsAmong(entries, comparison, job, signal);
      const versioning = conflicts.length === 0 ? 'off' : await job.bucket.versioning(signal);
      return { folder: job.target.folder, conflicts, keepsVersions: versioning === 'enabled' };
    });
  }

  /** Settles what a back-up would do. What is shown of the plan is what `run` carries out. */
  async plan({ parts }: PlanRequest, signal: AbortSignal): Promise<PlanSummary> {
    const known = { comparisons: this.#comparisons, reports: this.#reports };
    const selections = await this.#forEach(parts, signal, (job, scope) =>
      selectScope(known, job, scope, signal).finally(() => {
        // It leaves out what has arrived in another way.
        if (scope.kind === 'remaining') this.#countRemaining([job]);
      }),
    );
    const steps = selections.flatMap(selection => selection.steps);
    const overwriting = steps.filter(step => isUnowned(step) || isEmptying(step));
    const overwritten = new Set(overwriting.map(step => step.route.bucket));
    const versioning = await Promise.all([...overwritten].map(bucket => bucket.versioning(signal)));
    const plan = this.#plans.add(steps);
    const [only] = selections;
    return summarize(
      plan,
      selections,
      selections.length === 1 ? only?.ignored : undefined,
      versioning,
    );
  }

  /** Settles what a restore would do. What is shown of the plan is what `run` carries out. */
  async planRestore({ parts }: RestoreRequest, signal: AbortSignal): Promise<RestoreSummary> {
    const selections = await this.#forEach(parts, signal, (job, scope) =>
      this.#restores.select(job, scope, signal),
    );
    return this.#restores.hold(this.#newPlanId(), selections);
  }

  /** Restores one copy to a place of the user's. */
  saveCopy(request: CloudCopySaving, signal: AbortSignal): Promise<void> {
    return this.#restores.saveCopy(this.#job(request.setup), request, signal);
  }

  chooseConflicts(choices: ConflictChoices): void {
    this.#restores.choose(choices);
  }

  /** Asks for what a restore has found archived. */
  requestArchived(request: ArchiveRequest, signal: AbortSignal): Promise<ArchiveAnswer> {
    return this.#restores.requestArchived(request, signal);
  }

  /** Settles which local files would go. What is shown of the plan is what `run` carries out. */
  async planFreeUp({ parts }: FreeRequest, signal: AbortSignal): Promise<FreeSummary> {
    const selections = await this.#forEach(parts, signal, (job, scope) =>
      this.#freeings.select(job, scope, signal),
    );
    return this.#freeings.hold(this.#newPlanId(), selections, signal);
  }

  chooseFreeWay(choice: FreeChoice): void {
    this.#freeings.choose(choice);
  }

  /** Carries out a plan, once. Cancelling it still gives a report that adds up. */
  async run(planId: number, signal: AbortSignal): Promise<Report> {
    await untilSettled([this.#comparing], signal);
    try {
      return await this.#run(planId, AbortSignal.any([signal, this.#disposed.signal]));
    } finally {
      this.#flush();
    }
  }

  /** Lets no byte of any batch move until `resume`. */
  pause(): void {
    this.#batches.pause();
  }

  resume(): void {
    this.#batches.resume();
  }

  /** Takes in how much of the network uploads may have, from now on. */
  trafficChanged(raw: RawSettings): void {
    const { concurrency, bandwidthLimit } = parseTrafficSettings(raw);
    this.#budget.setPlaces(concurrency ?? requestsInFlight);
    this.#traffic.limit(bandwidthLimit);
  }

  dropPlan(planId: number): void {
    this.#restores.drop(planId);
    this.#freeings.drop(planId);
    this.#plans.drop(planId);
  }

  plannedAmong(planId: number, absolute: readonly string[]): readonly PlannedFile[] {
    return this.#plans.among(planId, absolute);
  }

  emptyingFiles(planId: number): Promise<readonly PlannedFile[]> {
    return this.#plans.emptying(planId);
  }

  /** Lets a plan do less than was shown. */
  leaveOut(left: LeftOut): void {
    this.#plans.leaveOut(left);
  }

  /** Judges files again that were created, changed or deleted; their paths are absolute. */
  filesChanged(folder: string, paths: readonly string[]): Promise<void> {
    return this.#comparisons.filesChanged(folder, paths);
  }

  /** Looks again at every file that is shown as up to date. */
  recheck(): Promise<void> {
    return this.#comparisons.recheck();
  }

  /** A comparison by other settings is void; what waits for its turn goes by these. */
  settingsChanged(folder: string, settings: RawSettings): void {
    this.#waiting.settingsChanged(folder, settings);
    this.#forget(folder);
  }

  forgetFolder(folder: string): void {
    this.#waiting.forget(folder);
    this.#remaining.forget(folder);
    this.#forget(folder);
  }

  dispose(): void {
    this.#disposed.abort();
    this.#board.dispose();
    this.#rows.dispose();
    this.#comparisons.dispose();
    for (const connection of [...this.#connections.values(), ...this.#retired]) connection.close();
    this.#options.receipts.close();
    this.#options.journal?.close();
  }

  #forget(folder: string): void {
    this.#comparisons.forget(folder);
    this.#board.failed(folder, undefined);
  }

  #run(planId: number, signal: AbortSignal): Promise<Report> {
    const restore = this.#restores.take(planId);
    if (restore !== undefined) {
      return this.#batches.run({
        work: 'restore',
        plan: restore,
        settle: settleRestored,
        start: events => this.#restores.run(restore, events, signal),
      });
    }
    const freeing = this.#freeings.take(planId);
    if (freeing !== undefined) {
      const work = workOf(freeing.way);
      return this.#batches.run({
        work,
        plan: freeing,
        settle: (comparison, outcome: FreeOutcome) => {
          settleFreed(comparison, outcome, work);
        },
        start: events => this.#freeings.run(freeing, events, signal),
      });
    }
    return this.#backUp(this.#plans.take(planId), signal);
  }

  async #backUp(plan: Plan, signal: AbortSignal): Promise<Report> {
    const remembered = rememberSteps(plan);
    try {
      return await this.#batches.run({
        work: 'back-up',
        plan,
        settle: settleRow,
        start: events =>
          transfer({
            ...events,
            plan,
            budget: this.#budget,
            traffic: this.#traffic,
            signal,
            onEnded: outcome => {
              if (!isInterrupted(outcome)) remembered.settled(outcome.step);
              events.onEnded(outcome);
            },
          }),
      });
    } finally {
      if (!this.#disposed.signal.aborted) {
        remembered.end();
        this.#remaining.count(remembered.routes);
      }
    }
  }

  /** Nobody waits for it: what cannot be freed now is tried again after the next comparison. */
  #abortStale({ target, root }: ComparisonJob, settings: RawSettings): Promise<void> {
    const connection = this.connection(settings);
    return abortStale({
      unfinished: this.#unfinished,
      owner: target,
      root,
      bucketNamed: name => connection.bucket(name),
      now: Date.now(),
      signal: this.#disposed.signal,
    });
  }

  #job(setup: FolderSetup): ComparisonJob {
    const settings = parseCompareSettings(setup.settings);
    const { id: folder, folderId, root, bucket, prefix } = setup;
    const connection = this.connection(setup.settings);
    const owner = { folderId, endpoint: connection.endpoint, bucket, prefix };
    return {
      target: { folder, ...owner },
      root,
      bucket: connection.bucket(bucket),
      receipts: this.#options.receipts.of(owner),
      unfinished: this.#unfinished.of(owner),
      exclude: excludeBy(settings.exclude, ignoreFilesBelow(root, settings.ignoreFiles)),
      rule: settings.rule,
      judgedBy: JSON.stringify(settings),
    };
  }

  /** Shows what went wrong with a folder. */
  #failed(folder: string, failure: Failure): Failure {
    if (refusals.has(failure.code)) {
      // The next request gets its credentials anew.
      this.#retired.push(...this.#connections.values());
      this.#connections.clear();
    }
    if (failure.code !== 'cancelled') {
      this.#board.failed(folder, failure.toRecord());
    }
    return failure;
  }

  /** No answer precedes the rows that it is about. */
  async #verifying(running: Promise<VerifyReport>): Promise<VerifyReport> {
    try {
      return await running;
    } finally {
      this.#flush();
    }
  }

  /**
   * Works on what was asked for, folder by folder: when no comparison runs that it would rest on,
   * or when no batch runs either.
   */
  async #forEach<S extends Scope | RestoreScope | FreeScope, T>(
    parts: readonly { readonly setup: FolderSetup; readonly scope: S }[],
    signal: AbortSignal,
    work: (job: ComparisonJob, scope: S) => Promise<T>,
    when = whenFor(parts),
  ): Promise<readonly T[]> {
    // The same for all folders, since these settings are the machine's.
    for (const { setup } of parts) this.trafficChanged(setup.settings);
    const waiting = this.#waiting.join(parts.map(({ setup }) => setup));
    const workOnAll = async () => {
      const results: T[] = [];
      for (const { setup: asked, scope } of parts) {
        const setup = waiting.now(asked.id);
        // The user saw the rows of another target.
        if (setup === undefined) throw new Failure('plan-outdated', asked.bucket);
        results.push(await work(this.#job(setup), scope));
      }
      return results;
    };
    const working =
      when === 'idle'
        ? this.#exclusively(signal, workOnAll)
        : untilSettled([this.#comparing], signal).then(() => {
            throwIfCancelled(signal, '');
            return workOnAll();
          });
    return working.finally(waiting.leave);
  }

  #countRemaining(routes: readonly ComparisonJob[]): void {
    this.#remaining.count(routes);
    this.#board.changed();
  }

  /** Compares what nobody waits for. */
  #inBackground(work: () => Promise<void>): void {
    this.#exclusively(this.#disposed.signal, work).catch((error: unknown) => {
      const { code, cause } = toFailure(error, '').toRecord();
      if (code === 'cancelled') return;
      this.#options.onLog({ level: 'error', message: `${code}: ${cause ?? ''}` });
    });
  }

  /** Runs a comparison when the batches under way and the comparison before it have ended. */
  #exclusively<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#comparing;
    const mine = (async () => {
      try {
        await untilSettled([before], signal);
        await untilSettled(this.#batches.underWay, signal);
        throwIfCancelled(signal, '');
        return await work();
      } finally {
        this.#board.comparing(undefined);
        this.#flush();
      }
    })();
    // One that is cancelled while it waits must not let the next one overtake what it waited for.
    this.#comparing = Promise.allSettled([before, mine]);
    return mine;
  }

  /** Tells what is still untold, so that no answer precedes the state that it leads to. */
  #flush(): void {
    this.#rows.flush();
    this.#board.flush();
  }
}

/** What does not go by the comparison at hand. */
const comparingScopes = new Set<string>(['resources', 'failed', 'ignored']);

/** What compares anew would undo what a batch does meanwhile. */
function whenFor(parts: readonly { readonly scope: { readonly kind: string } }[]): When {
  return parts.some(({ scope }) => comparingScopes.has(scope.kind)) ? 'idle' : 'compared';
}

/** When work may begin: when no comparison runs, or when no batch runs either. */
type When = 'compared' | 'idle';

const refusals = new Set<FailureCode>(['credentials-refused', 'credentials-expired']);

const requestsInFlight = 48;
/** Bounds the memory of all uploads together. */
const bytesInFlight = 64 << 20;
