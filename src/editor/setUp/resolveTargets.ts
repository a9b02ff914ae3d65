import type { LogOutputChannel, WorkspaceFolder } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { Comparisons } from '../client/comparisons';
import type { EngineClient } from '../client/engineClient';
import { folderSetup } from '../targets/folderSetup';
import { targetText } from '../targets/target';
import { type Targets, localFolders } from '../targets/targets';
import { unsupportedResource } from '../targets/unsupportedResource';
import { chooseBucket, type ChooseBucketDeps } from './chooseBucket';
import { confirmTarget } from './confirmTarget';
import { knownSetup } from './knownSetup';
import { refreshEndpoint } from './refreshEndpoint';

export interface ResolveTargetsDeps extends ChooseBucketDeps {
  readonly log: LogOutputChannel;
  readonly targets: Targets;
}

/**
 * Returns the folders that have a target, with all that the engine needs. Asks the user to confirm
 * a target that the workspace names, and to choose one if no folder has any. Returns nothing if the
 * user declines. Throws `Failed` if no folder is given.
 */
export async function resolveTargets(
  deps: ResolveTargetsDeps,
  folders: readonly WorkspaceFolder[],
): Promise<readonly FolderSetup[]> {
  if (folders.length === 0) throw unsupportedResource([]);
  const setups: FolderSetup[] = [];
  for (const folder of folders) {
    const setup = await resolveTarget(deps, folder);
    if (setup === 'refused') return [];
    if (setup !== undefined) setups.push(setup);
  }
  if (setups.length > 0) return setups;
  const chosen = await chooseBucket(deps, folders);
  return chosen === undefined ? [] : [chosen];
}

async function resolveTarget(
  deps: ResolveTargetsDeps,
  folder: WorkspaceFolder,
): Promise<FolderSetup | 'refused' | undefined> {
  const { targets, log } = deps;
  const status = targets.statusOf(folder);
  if (status.kind !== 'to-confirm') return knownSetup(deps, folder);
  const { target } = status;
  if (!(await confirmTarget(deps, folder, target))) return 'refused';
  await refreshEndpoint(deps, folder);
  targets.recordPlace(folder, target);
  targets.choose(folder, target);
  log.info(`${folder.name} is backed up to ${targetText(target)}, as its settings ask.`);
  return folderSetup(deps, folder, target);
}

export interface ComparedTargetsDeps extends ResolveTargetsDeps {
  readonly engine: EngineClient;
  readonly comparisons: Comparisons;
}

/** Resolves the targets of all folders, and compares those that have not been compared. */
export async function comparedTargets(deps: ComparedTargetsDeps): Promise<readonly FolderSetup[]> {
  const setups = await resolveTargets(deps, localFolders());
  // A comparison with a former target may still be there for a moment.
  const isCompared = ({ id, bucket, prefix }: FolderSetup): boolean =>
    deps.engine.state.comparisons.some(
      known => known.folder === id && known.bucket === bucket && known.prefix === prefix,
    );
  const fresh = setups.filter(setup => !isCompared(setup));
  if (fresh.length > 0) await deps.comparisons.run(fresh);
  return setups;
}
