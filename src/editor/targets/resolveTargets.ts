import type { WorkspaceFolder, LogOutputChannel } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import { chooseBucket, type ChooseBucketDeps } from '../setUp/chooseBucket';
import { confirmTarget } from './confirmTarget';
import { Failed } from '../failures/failed';
import { folderSetup } from './folderSetup';
import { refreshEndpoint } from '../setUp/refreshEndpoint';
import { unsupportedResource } from '../selection/unsupportedResource';
import { targetText, type Target, type Targets } from './targets';

export interface ResolveTargetsDeps extends ChooseBucketDeps {
  readonly log: LogOutputChannel;
  readonly targets: Targets;
}

/**
 * Those of the folders that are backed up somewhere, with their targets; asks for what has to be
 * asked. Where none has a target yet, the user chooses one. Empty where the user would not.
 * Throws why, where no folder is given.
 */
export async function resolveTargets(
  deps: ResolveTargetsDeps,
  folders: readonly WorkspaceFolder[],
): Promise<readonly FolderSetup[]> {
  if (folders.length === 0) throw unsupportedResource([]);
  const setups: FolderSetup[] = [];
  for (const folder of folders) {
    const target = await settledTarget(deps, folder);
    if (target === 'refused') return [];
    if (target !== undefined) setups.push(folderSetup(deps, folder, target));
  }
  if (setups.length > 0) return setups;
  const chosen = await chooseBucket(deps, folders);
  return chosen === undefined ? [] : [chosen];
}

async function settledTarget(
  deps: ResolveTargetsDeps,
  folder: WorkspaceFolder,
): Promise<Target | 'refused' | undefined> {
  const { targets, log } = deps;
  const standing = targets.standing(folder);
  switch (standing.kind) {
    case 'none':
      return undefined;
    case 'invalid':
      throw new Failed(standing.failure);
    case 'settled':
      await refreshEndpoint(deps, folder);
      targets.use(folder, standing.target);
      return standing.target;
    case 'to-confirm': {
      if (!(await confirmTarget(folder, standing.target))) return 'refused';
      await refreshEndpoint(deps, folder);
      targets.use(folder, standing.target);
      targets.settle(folder, standing.target);
      log.info(
        `${folder.name} is backed up to ${targetText(standing.target)}, as its settings ask.`,
      );
      return standing.target;
    }
  }
}
