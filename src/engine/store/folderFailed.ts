import type { FailureCode } from '../../protocol/failures';
import type { Connections } from './connections';
import type { Failure } from '../failures/failure';
import type { StatePublisher } from '../state/statePublisher';

/** Shows what went wrong with a folder, and gives it back to be thrown. */
export function folderFailed(
  {
    connections,
    publisher,
  }: { readonly connections: Connections; readonly publisher: StatePublisher },
  folder: string,
  failure: Failure,
): Failure {
  if (refusals.has(failure.code)) connections.renew();
  if (failure.code !== 'cancelled') publisher.failed(folder, failure.toRecord());
  return failure;
}

const refusals = new Set<FailureCode>(['credentials-refused', 'credentials-expired']);
