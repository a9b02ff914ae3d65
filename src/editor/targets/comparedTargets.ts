import type { FolderSetup } from '../../protocol/folders';
import { resolveTargets, type ResolveTargetsDeps } from './resolveTargets';
import { localFolders } from './targets';
import type { EngineClient } from '../client/engineClient';
import type { Comparisons } from '../watch/comparisons';

export interface ComparedTargetsDeps extends ResolveTargetsDeps {
  readonly engine: EngineClient;
  readonly comparisons: Comparisons;
}

/** The folders that are backed up, compared where that has not been done. */
export async function comparedTargets(deps: ComparedTargetsDeps): Promise<readonly FolderSetup[]> {
  const setups = await resolveTargets(deps, localFolders());
  // A comparison with an earlier target may still be there for a moment.
  const isCompared = ({ id, bucket, prefix }: FolderSetup): boolean =>
    deps.engine.state.comparisons.some(
      known => known.folder === id && known.bucket === bucket && known.prefix === prefix,
    );
  const fresh = setups.filter(setup => !isCompared(setup));
  if (fresh.length > 0) await deps.comparisons.run(fresh);
  return setups;
}
