import type { FolderSetup } from '../../protocol/folders';
import type { ComparisonJob } from '../comparison/job';
import { Failure, throwIfCancelled } from '../failures/failure';
import type { TransferLimits } from '../network/transferLimits';
import type { ComparisonLock } from './comparisonLock';
import type { FolderJobs } from './folderJobs';
import type { WaitingFolders } from './waitingFolders';

export interface WorkOnFoldersDeps {
  readonly jobOf: FolderJobs;
  readonly limits: TransferLimits;
  readonly comparisonLock: ComparisonLock;
  readonly waiting: WaitingFolders;
}

export interface FolderWork<S, T> {
  /** The folders as the user saw them, and what is asked for in each. */
  readonly folders: readonly { readonly setup: FolderSetup; readonly scope: S }[];
  /** Works on one folder. */
  readonly work: (job: ComparisonJob, scope: S) => Promise<T>;
  /** By default what the scopes need. */
  readonly mode?: Mode;
  readonly signal: AbortSignal;
}

/**
 * Work that compares anew is exclusive, since it would undo what a batch changes meanwhile. Other
 * work waits only for comparisons, which it relies on, and runs beside batches.
 */
export type Mode = 'exclusive' | 'beside-batches';

/**
 * Works on folders one after the other, and returns the results in their order. Throws
 * `plan-outdated` where a folder was closed or got another target while it waited: the user saw the
 * rows of the target before.
 */
export async function workOnFolders<S extends { readonly kind: string }, T>(
  { jobOf, limits, comparisonLock, waiting }: WorkOnFoldersDeps,
  { folders, work, mode = modeFor(folders), signal }: FolderWork<S, T>,
): Promise<readonly T[]> {
  // The limits are the machine's, and the same for all folders.
  for (const { setup } of folders) limits.set(setup.settings);
  const request = waiting.join(folders.map(({ setup }) => setup));
  const workOnAll = async () => {
    const results: T[] = [];
    for (const { setup: shown, scope } of folders) {
      const setup = request.now(shown.id);
      if (setup === undefined) throw new Failure('plan-outdated', shown.bucket);
      results.push(await work(jobOf(setup), scope));
    }
    return results;
  };
  try {
    if (mode === 'exclusive') return await comparisonLock.runExclusive(signal, workOnAll);
    await comparisonLock.idle(signal);
    throwIfCancelled(signal, '');
    return await workOnAll();
  } finally {
    request.leave();
  }
}

/** The scopes that are compared anew. */
const comparingScopes = new Set(['resources', 'failed', 'ignored']);

function modeFor(folders: readonly { readonly scope: { readonly kind: string } }[]): Mode {
  return folders.some(({ scope }) => comparingScopes.has(scope.kind))
    ? 'exclusive'
    : 'beside-batches';
}
