import type { FolderSetup, RawSettings } from '../../protocol/folders';
import type { Comparisons } from '../comparison/comparisons';
import type { Connections } from '../store/connections';
import { toFailure, type Failure } from '../failures/failure';
import { folderFailed } from '../store/checkConnection';
import type { ReachesByEditor } from '../store/onlyEditorReaches';
import type { FolderJobs } from './folderJobs';
import { forgetArrived, type UnfinishedTotals } from '../backup/unfinishedFiles';
import { abortStale } from '../backup/unfinishedUploads';
import type { Unfinished } from '../records/unfinished';
import type { StatePublisher } from '../state/statePublisher';
import type { ComparisonLock } from './comparisonLock';
import type { WaitingFolders } from './waitingFolders';
import type { ComparisonJob } from '../comparison/job';

export interface CompareFoldersDeps {
  readonly publisher: StatePublisher;
  readonly comparisons: Comparisons;
  readonly connections: Connections;
  readonly reachesByEditor: ReachesByEditor;
  readonly jobOf: FolderJobs;
  readonly unfinishedTotals: UnfinishedTotals;
  readonly comparisonLock: ComparisonLock;
  readonly unfinished: Unfinished;
  readonly waiting: WaitingFolders;
  /** Aborted when the engine ends. */
  readonly ended: AbortSignal;
}

/**
 * Compares whole folders one after the other. If one fails, its earlier rows stay, unconfirmed, and
 * the others are still compared. Throws the first failure; the state tells each of them.
 */
export async function compareFolders(
  deps: CompareFoldersDeps,
  setups: readonly FolderSetup[],
  signal: AbortSignal,
): Promise<void> {
  const { publisher, comparisons, jobOf, unfinishedTotals, comparisonLock } = deps;
  const request = deps.waiting.join(setups);
  const work = comparisonLock.runExclusive(signal, async () => {
    for (const { id } of setups) publisher.failed(id, undefined);
    let first: Failure | undefined;
    for (const { id } of setups) {
      const setup = request.now(id);
      if (setup === undefined) continue;
      try {
        const job = jobOf(setup);
        await comparisons.compare(job, signal);
        const comparison = comparisons.current(job);
        // A killed engine may have left files noted as unfinished that had arrived.
        if (comparison !== undefined) forgetArrived(job.unfinished.files, comparison);
        unfinishedTotals.count([job]);
        publisher.changed();
        void abortStaleOf(job, setup.settings, deps);
      } catch (error) {
        const failure = await folderFailed(deps, id, toFailure(error, setup.bucket));
        // The earlier comparison stays, and is kept true as before.
        if (failure.code === 'cancelled') throw failure;
        comparisons.unconfirm(id);
        first ??= failure;
      }
    }
    if (first !== undefined) throw first;
  });
  await work.finally(request.leave);
}

/** Nobody waits for it. What cannot be aborted now is tried again after the next comparison. */
function abortStaleOf(
  { target, root }: ComparisonJob,
  settings: RawSettings,
  { connections, unfinished, ended }: CompareFoldersDeps,
): Promise<void> {
  const connection = connections.unasked(settings);
  return abortStale({
    unfinished,
    owner: target,
    root,
    bucketNamed: name => connection.bucket(name),
    now: Date.now(),
    signal: ended,
  });
}
