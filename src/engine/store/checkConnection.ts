import type { ConnectionCheck } from '../../protocol/credentials';
import { maxAttempts } from '../network/attempt';
import type { Connections } from './connections';
import { toFailure } from '../failures/failure';
import { folderFailed } from './folderFailed';
import type { StatePublisher } from '../state/statePublisher';

export interface CheckConnectionDeps {
  readonly connections: Connections;
  readonly publisher: StatePublisher;
}

/** Asks the store, visibly, whether it takes the credentials. */
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
    throw folderFailed(deps, folder, toFailure(error, ''));
  } finally {
    publisher.connecting(undefined);
  }
}
