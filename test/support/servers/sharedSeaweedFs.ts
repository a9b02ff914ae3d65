import { startSeaweedFs } from '../../../dev/seaweedfs';
import type { NoStoreServer, StoreServer } from '../../../dev/storeServer';

/**
 * One SeaweedFS for all files of a run that need nothing special of it, since each start takes seconds:
 * everybody makes buckets with names of their own. It ends with the run, and `stop` does nothing.
 */
export async function sharedSeaweedFs(): Promise<StoreServer | NoStoreServer> {
  const server = await (starting ??= startSeaweedFs());
  return server.kind === 'unavailable' ? server : { ...server, stop: () => Promise.resolve() };
}

let starting: ReturnType<typeof startSeaweedFs> | undefined;

// In no `describe`, so that it comes after those of all files.
after(async () => {
  const server = await starting;
  if (server?.kind === 'running') await server.stop();
});
