import type { LogEntry } from '../../protocol/host';
import type { State } from '../../protocol/state';
import type { Group } from '../../protocol/verdicts';
import { backUps, type BackUps } from '../backup/backUps';
import { Batches } from '../batch/batches';
import { Comparisons } from '../comparison/comparisons';
import type { Connection } from '../ports/connection';
import { connections, type Connections } from '../store/connections';
import { noEditor, type EditorPort } from '../ports/editorPort';
import { describeFailure, toFailure } from '../failures/failure';
import { folderJobs, type FolderJobs } from '../schedule/folderJobs';
import { freeUps, type FreeUps } from '../freeUp/freeUps';
import { recheckKept } from '../freeUp/recheckKept';
import { heldPlans, type HeldPlans } from '../backup/heldPlans';
import { recentReports, type RecentReports } from '../batch/reports';
import { noJournal, type StagingJournal } from '../staging/stagingJournal';
import type { Receipts } from '../records/receiptStore';
import { Database } from '../records/database';
import { Unfinished } from '../records/unfinished';
import { restores, type Restores } from '../restore/restores';
import { unfinishedTotals, type UnfinishedTotals } from '../backup/unfinishedTotals';
import { rowChanges, type RowChanges } from '../state/rowChanges';
import type { ConnectionSettings } from '../config/settings';
import { statePublisher, type StatePublisher } from '../state/statePublisher';
import { TransferControl } from '../network/transferControl';
import { ComparisonLock } from '../schedule/comparisonLock';
import { UploadLimits } from '../network/uploadLimits';
import { Verifier } from '../verify/verifier';
import { WaitingFolders } from '../schedule/waitingFolders';

/** What the engine tells of its own accord. */
export interface EngineEvents {
  readonly onState: (state: State) => void;
  readonly onRows: (folder: string, groups: readonly Group[]) => void;
  readonly onLog: (entry: LogEntry) => void;
}

export interface EngineOptions extends EngineEvents {
  readonly connect: (
    settings: ConnectionSettings,
    traffic: TransferControl,
    onWeakness: (message: string) => void,
  ) => Connection;
  readonly receipts: Receipts;
  /** Whom to ask about files that are to be replaced; nobody where it is left out. */
  readonly editor?: EditorPort;
  /** Where temporary files are noted; where it is left out, what a crash leaves behind stays. */
  readonly journal?: StagingJournal;
  /** What earlier batches have left; where it is left out, it is forgotten with this engine. */
  readonly unfinished?: Unfinished;
}

/** What the engine is made of. */
export interface EngineServices {
  readonly backUps: BackUps;
  readonly batches: Batches;
  readonly publisher: StatePublisher;
  readonly comparisons: Comparisons;
  readonly connections: Connections;
  readonly freeUps: FreeUps;
  readonly jobOf: FolderJobs;
  readonly limits: UploadLimits;
  /** Of whichever kind a plan is. */
  readonly newPlanId: () => number;
  readonly plans: HeldPlans;
  readonly remaining: UnfinishedTotals;
  readonly reports: RecentReports;
  readonly restores: Restores;
  readonly comparisonLock: ComparisonLock;
  readonly unfinished: Unfinished;
  readonly verifier: Verifier;
  readonly waiting: WaitingFolders;
  /** Aborted when the engine ends. */
  readonly ended: AbortSignal;
  /** Tells what is still untold, so that no answer precedes the state that it leads to. */
  readonly flush: () => void;
  readonly close: () => void;
}

export function createServices(options: EngineOptions): EngineServices {
  const { receipts, onLog } = options;
  const { editor = noEditor, journal = noJournal } = options;
  const { unfinished = new Unfinished(Database.inMemory()) } = options;
  const ending = new AbortController();
  const ended = ending.signal;
  const traffic = new TransferControl(outage => {
    batches.interrupted(outage);
  });
  const limits = new UploadLimits(traffic);
  const { semaphore } = limits;
  const known = connections(settings =>
    options.connect(settings, traffic, message => {
      onLog({ level: 'warning', message });
    }),
  );
  const reports = recentReports();
  const waiting = new WaitingFolders();
  const remaining = unfinishedTotals(unfinished);
  const rows: RowChanges = rowChanges(options.onRows);
  const publisher: StatePublisher = statePublisher(options.onState, () => ({
    comparisons: comparisons.totals(),
    unfinished: remaining.now(),
  }));
  const flush = () => {
    rows.flush();
    publisher.flush();
  };
  const comparisons: Comparisons = new Comparisons({
    signal: ended,
    onComparing: now => {
      publisher.comparing(now);
    },
    onNewlyIncluded: folder => {
      inBackground(() => comparisons.compareNewlyIncluded(folder));
    },
    onRows: (folder, groups) => {
      rows.add(folder, groups);
      publisher.changed();
    },
    onLog,
  });
  const batches: Batches = new Batches({ comparisons, reports, publisher, traffic, onLog });
  const order = new ComparisonLock({
    batchesUnderWay: () => batches.underWay,
    onEnded: () => {
      publisher.comparing(undefined);
      flush();
    },
  });
  let lastPlanId = 0;
  const newPlanId = () => ++lastPlanId;
  const plans = heldPlans(newPlanId);
  const shared = { comparisons, reports, traffic, editor, journal };

  /** Compares what nobody waits for. */
  function inBackground(work: () => Promise<void>): void {
    order.runExclusive(ended, work).catch((error: unknown) => {
      const failure = toFailure(error, '');
      if (failure.code === 'cancelled') return;
      onLog({ level: 'error', message: describeFailure(failure) });
    });
  }

  return {
    backUps: backUps({ ...shared, batches, publisher, semaphore, plans, remaining, ended }),
    batches,
    publisher,
    comparisons,
    connections: known,
    freeUps: freeUps({
      ...shared,
      memory: semaphore,
      onStayed: outcomes => {
        inBackground(() => recheckKept(comparisons, outcomes, ended));
      },
    }),
    jobOf: folderJobs({ connections: known, receipts, unfinished }),
    limits,
    newPlanId,
    plans,
    remaining,
    reports,
    restores: restores({ ...shared, semaphore }),
    comparisonLock: order,
    unfinished,
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
      options.journal?.close();
    },
  };
}
