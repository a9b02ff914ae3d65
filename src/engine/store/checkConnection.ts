import { toFailure, type Failure } from '../failures/failure';
import { maxAttempts } from '../network/attempt';
import type { StatePublisher } from '../state/statePublisher';
import type { Connections } from './connections';
import { onlyEditorReaches, type ReachesByEditor } from './onlyEditorReaches';
import type { BucketPage, BucketPageRequest } from '../../protocol/buckets';
import type { ConnectionCheck } from '../../protocol/credentials';
import type { FailureCode } from '../../protocol/failures';

export interface CheckConnectionDeps {
  readonly connections: Connections;
  readonly publisher: StatePublisher;
  readonly reachesByEditor: ReachesByEditor;
}

/** Asks the store whether it accepts the credentials, and publishes how far that is. */
export async function checkConnection(
  deps: CheckConnectionDeps,
  { folder, settings, target }: ConnectionCheck,
  signal: AbortSignal,
): Promise<void> {
  const { connections, publisher } = deps;
  publisher.failed(folder, undefined);
  try {
    const onAttempt = (attempt: number): void => {
      publisher.connecting({ kind: 'connecting', folder, attempt, attempts: maxAttempts });
    };
    await connections.of(settings).check({ target, signal, onAttempt });
  } catch (error) {
    throw await folderFailed(deps, folder, toFailure(error, ''));
  } finally {
    publisher.connecting(undefined);
  }
}

/** Publishes what went wrong with a folder, and returns it to be thrown. */
export async function folderFailed(
  { connections, publisher, reachesByEditor }: CheckConnectionDeps,
  folder: string,
  thrown: Failure,
): Promise<Failure> {
  const failure = await onlyEditorReaches(reachesByEditor, thrown);
  if (refusals.has(failure.code)) connections.renew();
  if (failure.code !== 'cancelled') publisher.failed(folder, failure.toRecord());
  return failure;
}

const refusals = new Set<FailureCode>(['credentials-refused', 'credentials-expired']);

/** Returns a page of the buckets. The state shows it where the store does not answer at once. */
export async function listBuckets(
  { connections, publisher, reachesByEditor }: CheckConnectionDeps,
  { folder, settings, after }: BucketPageRequest,
  signal: AbortSignal,
): Promise<BucketPage> {
  const onAttempt = (attempt: number): void => {
    if (attempt === 1) return;
    publisher.connecting({ kind: 'connecting', folder, attempt, attempts: maxAttempts });
  };
  try {
    return await connections.of(settings).account.buckets({ after, signal, onAttempt });
  } catch (error) {
    throw await onlyEditorReaches(reachesByEditor, toFailure(error, ''));
  } finally {
    publisher.connecting(undefined);
  }
}
