import type { ConnectionCheck } from '../../protocol/credentials';
import { attempts } from '../network/attempt';
import type { Connections } from './connections';
import { toFailure } from '../failures/failure';
import { folderFailed } from './folderFailed';
import type { StateBoard } from '../state/statePublisher';

export interface CheckConnectionParts {
  readonly connections: Connections;
  readonly board: StateBoard;
}

/** Asks the store, visibly, whether it takes the credentials. */
export async function checkConnection(
  parts: CheckConnectionParts,
  { folder, settings, target }: ConnectionCheck,
  signal: AbortSignal,
): Promise<void> {
  const { connections, board } = parts;
  board.failed(folder, undefined);
  try {
    const onAttempt = (attempt: number): void => {
      board.connecting({ kind: 'connecting', folder, attempt, attempts });
    };
    await connections.of(settings).check({ target, signal, onAttempt });
  } catch (error) {
    throw folderFailed(parts, folder, toFailure(error, ''));
  } finally {
    board.connecting(undefined);
  }
}
