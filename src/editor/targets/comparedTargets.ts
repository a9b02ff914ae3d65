import type { FolderSetup } from '../../protocol/folders';
import type { Services } from '../services';
import { resolveTargets } from './resolveTargets';
import { localFolders } from './targets';

/** The folders that are backed up, compared where that has not been done. */
export async function comparedTargets(services: Services): Promise<readonly FolderSetup[]> {
  const setups = await resolveTargets(services, localFolders());
  // A comparison with an earlier target may still be there for a moment.
  const isCompared = ({ id, bucket, prefix }: FolderSetup): boolean =>
    services.engine.state.comparisons.some(
      known => known.folder === id && known.bucket === bucket && known.prefix === prefix,
    );
  const fresh = setups.filter(setup => !isCompared(setup));
  if (fresh.length > 0) await services.comparisons.run(fresh);
  return setups;
}
