import { storeEndpoint } from '../../protocol/credentials';
import type { FolderSetup } from '../../protocol/folders';
import type { EngineClient } from '../client/engineClient';

/**
 * Tells apart what was agreed to for one folder and one place, for the memory over all windows. The
 * engine says which store that is, since the environment or a profile may name it.
 */
export async function placeKey(
  engine: Pick<EngineClient, 'sendRequest'>,
  { id, settings, bucket, prefix }: FolderSetup,
): Promise<string> {
  const store = await engine.sendRequest(storeEndpoint, settings);
  return JSON.stringify([id, store, bucket, prefix]);
}
