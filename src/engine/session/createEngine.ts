import type { LogEntry } from '../../protocol/host';
import type { State } from '../../protocol/state';
import type { Group } from '../../protocol/verdicts';
import { backUps, type BackUps } from '../backup/backUps';
import { Batches } from '../batch/batches';
import { Comparisons } from '../comparison/comparisons';
import type { Connection } from '../s3/openConnection';
import { connections, type Connections } from '../store/connections';
import { noEditor, type EditorPort } from '../ports/editorPort';
import { toFailure } from '../failures/failure';
import { folderJobs, type FolderJobs } from '../schedule/folderJobs';
import { freeings, type Freeings } from '../freeUp/freeUps';
import { lookAgain } from '../freeUp/recheckKept';
import { heldPlans, type HeldPlans } from '../backup/heldPlans';
import { keptReports, type KeptReports } from '../batch/reports';
import { noJournal, type OwnFileJournal } from '../staging/stagingJournal';
import type { Receipts } from '../records/receipts';
import { restores, type Restores } from '../restore/restores';
import { remainingTotals, type RemainingTotals } from '../backup/unfinishedTotals';
import { unfinishedInMemory, type Unfinished } from '../records/unfinished';
import { rowNews, type RowNews } from '../state/rowChanges';
import type { ConnectionSettings } from '../config/settings';
import { stateBoard, type StateBoard } from '../state/statePublisher';
import { openTraffic, type Traffic } from '../network/transferControl';
import { turns, type Turns } from '../schedule/comparisonLock';
import { uploadLimits, type UploadLimits } from '../network/uploadLimits';
import { verifier, type Verifier } from '../verify/verifier';
import { waitingFolders, type WaitingFolders } from '../schedule/waitingFolders';

/** What the engine tells of its own accord. */
export interface BackupEvents {
  readonly onState: (state: State) => void;
  readonly onRows: (folder: string, groups: readonly Group[]) => void;
  readonly onLog: (entry: LogEntry) => void;
}

export interface BackupOptions extends BackupEvents {
  readonly connect: (
    settings: ConnectionSettings,
    traffic: Traffic,
    onWeakness: (message: string) => void,
  ) => Connection;
  readonly receipts: Receipts;
  /** Whom to ask about files that are to be replaced; nobody where it is left out. */
  readonly editor?: EditorPort;
  /** Where temporary files are noted; where it is left out, what a crash leaves behind stays. */
  readonly journal?: OwnFileJournal;
  /** What earlier batches have left; where it is left out, it is forgotten with this engine. */
  readonly unfinished?: Unfinished;
}

/** What the engine is made of. */
export interface BackupParts {
  readonly backUps: BackUps;
  readonly batches: Batches;
  readonly board: StateBoard;
  readonly comparisons: Comparisons;
  readonly connections: Connections;
  readonly freeings: Freeings;
  readonly jobOf: FolderJobs;
  readonly limits: UploadLimits;
  /** Of whichever kind a plan is. */
  readonly newPlanId: () => number;
  readonly plans: HeldPlans;
  readonly remaining: RemainingTotals;
  readonly reports: KeptReports;
  readonly restores: Restores;
  readonly turns: Turns;
  readonly unfinished: Unfinished;
  readonly verifier: Verifier;
  readonly waiting: WaitingFolders;
  /** Aborted when the engine ends. */
  readonly ended: AbortSignal;
  /** Tells what is still untold, so that no answer precedes the state that it leads to. */
  readonly flush: () => void;
  readonly close: () => void;
}

export function openParts(options: BackupOptions): BackupParts {
  const { receipts, onLog } = options;
  const { editor = noEditor, journal = noJournal, unfinished = unfinishedInMemory() } = options;
  const ending = new AbortController();
  const ended = ending.signal;
  const traffic = openTraffic(outage => {
    batches.interrupted(outage);
  });
  const limits = uploadLimits(traffic);
  const { budget } = limits;
  const known = connections(settings =>
    options.connect(settings, traffic, message => {
      onLog({ level: 'warning', message });
    }),
  );
  const reports = keptReports();
  const waiting = waitingFolders();
  const remaining = remainingTotals(unfinished);
  const rows: RowNews = rowNews(options.onRows);
  const board: StateBoard = stateBoard(options.onState, () => ({
    comparisons: comparisons.totals(),
    remaining: remaining.now(),
  }));
  const flush = () => {
    rows.flush();
    board.flush();
  };
  const comparisons: Comparisons = new Comparisons({
    signal: ended,
    onComparing: now => {
      board.comparing(now);
    },
    onUncovered: folder => {
      inBackground(() => comparisons.compareUncovered(folder));
    },
    onRows: (folder, groups) => {
      rows.add(folder, groups);
      board.changed();
    },
    onLog,
  });
  const batches: Batches = new Batches({ comparisons, reports, board, traffic, onLog });
  const order = turns({
    batchesUnderWay: () => batches.underWay,
    onEnded: () => {
      board.comparing(undefined);
      flush();
    },
  });
  let lastPlanId = 0;
  const newPlanId = () => ++lastPlanId;
  const plans = heldPlans(newPlanId);
  const shared = { comparisons, reports, traffic, editor, journal };

  /** Compares what nobody waits for. */
  function inBackground(work: () => Promise<void>): void {
    order.alone(ended, work).catch((error: unknown) => {
      const { code, cause } = toFailure(error, '').toRecord();
      if (code === 'cancelled') return;
      onLog({ level: 'error', message: `${code}: ${cause ?? ''}` });
    });
  }

  return {
    backUps: backUps({ ...shared, batches, board, budget, plans, remaining, ended }),
    batches,
    board,
    comparisons,
    connections: known,
    freeings: freeings({
      ...shared,
      memory: budget,
      onStayed: outcomes => {
        inBackground(() => lookAgain(comparisons, outcomes, ended));
      },
    }),
    jobOf: folderJobs({ connections: known, receipts, unfinished }),
    limits,
    newPlanId,
    plans,
    remaining,
    reports,
    restores: restores({ ...shared, budget }),
    turns: order,
    unfinished,
    verifier: verifier(comparisons, (id, progress) => {
      board.verifying(id, progress);
    }),
    waiting,
    ended,
    flush,
    close() {
      ending.abort();
      board.dispose();
      rows.dispose();
      comparisons.dispose();
      known.close();
      receipts.close();
      options.journal?.close();
    },
  };
}
