import type { FolderSetup } from '../../protocol/folders';
import { Failure, throwIfCancelled } from '../failures/failure';
import type { FolderJobs } from './folderJobs';
import type { ComparisonLock } from './comparisonLock';
import type { UploadLimits } from '../network/uploadLimits';
import type { WaitingFolders } from './waitingFolders';
import type { ComparisonJob } from '../comparison/job';

export interface WorkOnFoldersDeps {
  readonly jobOf: FolderJobs;
  readonly limits: UploadLimits;
  readonly comparisonLock: ComparisonLock;
  readonly waiting: WaitingFolders;
}

/** When work may begin: when no comparison runs, or when no batch runs either. */
export type When = 'compared' | 'idle';

/**
 * Works on what was asked for, folder by folder: when no comparison runs that it would rest on,
 * or when no batch runs either.
 */
export async function workOnFolders<S extends { readonly kind: string }, T>(
  { jobOf, limits, comparisonLock, waiting: waitingFolders }: WorkOnFoldersDeps,
  asked: readonly { readonly setup: FolderSetup; readonly scope: S }[],
  signal: AbortSignal,
  work: (job: ComparisonJob, scope: S) => Promise<T>,
  when = whenFor(asked),
): Promise<readonly T[]> {
  // The same for all folders, since these settings are the machine's.
  for (const { setup } of asked) limits.set(setup.settings);
  const waiting = waitingFolders.join(asked.map(({ setup }) => setup));
  const workOnAll = async () => {
    const results: T[] = [];
    for (const { setup: shown, scope } of asked) {
      const setup = waiting.now(shown.id);
      // The user saw the rows of another target.
      if (setup === undefined) throw new Failure('plan-outdated', shown.bucket);
      results.push(await work(jobOf(setup), scope));
    }
    return results;
  };
  const working =
    when === 'idle'
      ? comparisonLock.runExclusive(signal, workOnAll)
      : comparisonLock.idle(signal).then(() => {
          throwIfCancelled(signal, '');
          return workOnAll();
        });
  return working.finally(waiting.leave);
}

/** What does not go by the comparison at hand. */
const comparingScopes = new Set<string>(['resources', 'failed', 'ignored']);

/** What compares anew would undo what a batch does meanwhile. */
function whenFor(asked: readonly { readonly scope: { readonly kind: string } }[]): When {
  return asked.some(({ scope }) => comparingScopes.has(scope.kind)) ? 'idle' : 'compared';
}
