import type { WorkspaceFolder, LogOutputChannel } from 'vscode';
import { storeEndpoint } from '../../protocol/credentials';
import type { EngineClient } from '../client/engineClient';
import { toFailureRecord, failureLine } from '../failures/failed';
import type { Profiles } from '../targets/profiles';
import type { Targets } from '../targets/targets';

export interface RefreshEndpointDeps {
  readonly log: Pick<LogOutputChannel, 'warn'>;
  readonly engine: Pick<EngineClient, 'sendRequest'>;
  readonly targets: Targets;
  readonly profiles: Pick<Profiles, 'settings'>;
}

/** Asks the engine which store the folder's settings and profile lead to, and remembers it. */
export async function refreshEndpoint(
  { engine, log, profiles, targets }: RefreshEndpointDeps,
  folder: WorkspaceFolder,
): Promise<void> {
  try {
    targets.rememberStore(
      folder,
      await engine.sendRequest(storeEndpoint, profiles.settings(folder)),
    );
  } catch (error) {
    // The next request with these settings fails for the same reason, and shows it.
    log.warn(`The store of ${folder.name} is not known: ${failureLine(toFailureRecord(error))}`);
  }
}
