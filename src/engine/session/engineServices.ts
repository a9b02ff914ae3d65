import type { LogEntry, StoreWeakness } from '../../protocol/host';
import type { ChangedRow } from '../../protocol/rows';
import type { State } from '../../protocol/state';
import type { Group } from '../../protocol/verdicts';
import { backUpKind, type BackUpKind } from '../backup/backUpKind';
import { Batches } from '../batch/batches';
import { FileTurns } from '../batch/fileTurns';
import { Plans } from '../batch/plans';
import { Comparisons } from '../comparison/comparisons';
import { QuietTime, type Clock } from '../concurrency/quietTime';
import type { Connection } from '../ports/connection';
import { Connections } from '../store/connections';
import type { ReachesByEditor } from '../store/onlyEditorReaches';
import { noEditor, type EditorPort } from '../ports/editorPort';
import { nobody, type PersonPort } from '../ports/personPort';
import { describeFailure, toFailure } from '../failures/failure';
import { folderJobs, type FolderJobs } from '../schedule/folderJobs';
import { freeUpKind, type FreeUpKind } from '../freeUp/freeUpKind';
import { RecentReports } from '../batch/reports';
import { FreeSpace } from '../disk/freeSpace';
import { FolderLeases } from '../restore/folderLeases';
import { RecentRestores } from '../restore/recentRestores';
import { restoreKind, type RestoreKind } from '../restore/restoreKind';
import type { RestoreTools } from '../restore/restoreStep';
import { noJournal, type StagingJournal } from '../staging/stagingJournal';
import type { Receipts } from '../records/receiptStore';
import { Database } from '../records/database';
import { UnfinishedTotals } from '../backup/unfinishedFiles';
import { Unfinished } from '../records/unfinished';
import { RowChanges } from '../state/rowChanges';
import type { ConnectionSettings } from '../config/settings';
import { StatePublisher } from '../state/statePublisher';
import { TransferControl } from '../network/transferControl';
import { ComparisonLock } from '../schedule/comparisonLock';
import { TransferLimits } from '../network/transferLimits';
import { Verifier } from '../verify/verifier';
import { WaitingFolders } from '../schedule/waitingFolders';

/** What the engine reports of its own accord. */
export interface EngineEvents {
  readonly onState: (state: State) => void;
  readonly onRows: (folder: string, groups: readonly Group[], rows: readonly ChangedRow[]) => void;
  readonly onLog: (entry: LogEntry) => void;
  readonly onWeakness?: (weakness: StoreWeakness) => void;
}

export interface EngineOptions extends EngineEvents {
  readonly connect: (
    settings: ConnectionSettings,
    traffic: TransferControl,
    onWeakness: (weakness: StoreWeakness) => void,
  ) => Connection;
  readonly receipts: Receipts;
  /** Is asked about files that are to be replaced; without it, nobody is. */
  readonly editor?: EditorPort;
  /** Signs in, and has codes and keys; without it, there is nobody. */
  readonly person?: PersonPort;
  /** Is asked where a store cannot be reached; without it, nobody is. */
  readonly reachesByEditor?: ReachesByEditor;
  /** Notes temporary files; without it, what a crash leaves behind stays. */
  readonly journal?: StagingJournal;
  /** By which what nobody waits for is done; tests have one of their own. */
  readonly clock?: Clock;
  /** What earlier batches have left; without it, that is forgotten with this engine. */
  readonly unfinished?: Unfinished;
}

/** What the engine is made of. */
export interface EngineServices {
  readonly batches: Batches;
  readonly comparisonLock: ComparisonLock;
  readonly comparisons: Comparisons;
  readonly connections: Connections;
  readonly jobOf: FolderJobs;
  readonly limits: TransferLimits;
  /** What can be planned. */
  readonly kinds: {
    readonly backUp: BackUpKind;
    readonly restore: RestoreKind;
    readonly freeUp: FreeUpKind;
  };
  readonly person: PersonPort;
  readonly plans: Plans;
  readonly publisher: StatePublisher;
  readonly quiet: QuietTime;
  readonly reachesByEditor: ReachesByEditor;
  readonly recentRestores: RecentRestores;
  readonly reports: RecentReports;
  readonly restoreTools: RestoreTools;
  readonly unfinished: Unfinished;
  readonly unfinishedTotals: UnfinishedTotals;
  readonly verifier: Verifier;
  readonly waiting: WaitingFolders;
  /** Aborted when the engine ends. */
  readonly ended: AbortSignal;
  /** Publishes what is still waiting to be, so that no answer precedes the state it leads to. */
  readonly flush: () => void;
  readonly close: () => void;
}

export function createEngineServices(options: EngineOptions): EngineServices {
  const { receipts, onLog } = options;
  const { editor = noEditor, journal = noJournal } = options;
  const { unfinished = new Unfinished(Database.inMemory()) } = options;
  const ending = new AbortController();
  const ended = ending.signal;
  const traffic = new TransferControl(outage => {
    batches.interrupted(outage);
  });
  const limits = new TransferLimits(traffic);
  const { semaphore } = limits;
  const known = new Connections(settings =>
    options.connect(settings, traffic, weakness => {
      const { endpoint, bucket, what } = weakness;
      onLog({ level: 'warning', message: `${endpoint}/${bucket}: ${what}` });
      options.onWeakness?.(weakness);
    }),
  );
  const reports = new RecentReports();
  const recentRestores = new RecentRestores();
  const waiting = new WaitingFolders();
  const unfinishedTotals = new UnfinishedTotals(unfinished);
  const rows = new RowChanges(options.onRows);
  const publisher: StatePublisher = new StatePublisher(options.onState, () => ({
    comparisons: comparisons.totals(),
    unfinished: unfinishedTotals.now(),
  }));
  const flush = () => {
    // Rows are drawn at once, with the numbers that are known by then.
    publisher.flush();
    rows.flush();
  };
  const quiet = new QuietTime(ended, options.clock);
  const comparisons: Comparisons = new Comparisons({
    signal: ended,
    quiet,
    requests: traffic.requests,
    onComparing: now => {
      publisher.comparing(now);
    },
    onProving: () => {
      publisher.changed();
    },
    onLooking: folder => {
      publisher.looking(folder);
    },
    onNewlyIncluded: folder => {
      compareInBackground(() => comparisons.compareNewlyIncluded(folder));
    },
    onRows: (folder, groups, row) => {
      rows.add(folder, groups, row);
      publisher.changed();
    },
    onLog,
  });
  const fileTurns = new FileTurns(unfinished.claims);
  const shown = { comparisons, reports, publisher };
  const batches: Batches = new Batches({
    ...shown,
    traffic,
    lanes: limits.lanes,
    fileTurns,
    onLog,
    tryCredentialsAgain: () => {
      known.tryAgain();
    },
  });
  const lock = new ComparisonLock({
    batchesUnderWay: () => batches.underWay,
    onEnded: () => {
      publisher.comparing(undefined);
      flush();
    },
  });

  /** Compares what nobody waits for. */
  function compareInBackground(compare: (signal: AbortSignal) => Promise<void>): void {
    lock
      .runExclusive(ended, () => compare(ended))
      .catch((error: unknown) => {
        const failure = toFailure(error, '');
        if (failure.code === 'cancelled') return;
        onLog({ level: 'error', message: describeFailure(failure) });
      });
  }

  const transfer = { editor, journal, semaphore, traffic };
  const restoreTools = { ...transfer, folders: new FolderLeases(), space: new FreeSpace() };
  const selecting = { comparisons, reports };
  return {
    batches,
    comparisonLock: lock,
    comparisons,
    connections: known,
    jobOf: folderJobs({ connectionOf: setup => known.forSetup(setup), receipts, unfinished }),
    limits,
    kinds: {
      backUp: backUpKind({ ...selecting, publisher, semaphore, unfinishedTotals, ended }),
      restore: restoreKind({ ...selecting, recentRestores, tools: restoreTools }),
      freeUp: freeUpKind({ ...selecting, ...transfer, compareInBackground }),
    },
    person: options.person ?? nobody,
    plans: new Plans(batches),
    publisher,
    quiet,
    reachesByEditor: options.reachesByEditor ?? (() => Promise.resolve(false)),
    recentRestores,
    reports,
    restoreTools,
    unfinished,
    unfinishedTotals,
    verifier: new Verifier({
      comparisons,
      onProgress: (id, progress) => {
        publisher.verifying(id, progress);
      },
    }),
    waiting,
    ended,
    flush,
    close() {
      ending.abort();
      publisher.dispose();
      rows.dispose();
      comparisons.dispose();
      known.close();
      receipts.close();
      unfinished.claims.engines.close();
      options.journal?.close();
    },
  };
}
