import type { WorkspaceFolder } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import { chooseBucket } from '../setUp/chooseBucket';
import { confirmTarget } from './confirmTarget';
import { Failed } from '../failures/failed';
import { folderSetup } from './folderSetup';
import { learnStore } from '../setUp/refreshEndpoint';
import { noPlace } from '../selection/unsupportedResource';
import type { Parts } from '../services';
import { targetText, type Target } from './targets';

/**
 * Those of the folders that are backed up somewhere, with their targets; asks for what has to be
 * asked. Where none has a target yet, the user chooses one. Empty where the user would not.
 * Throws why, where no folder is given.
 */
export async function settleTargets(
  parts: Parts,
  folders: readonly WorkspaceFolder[],
): Promise<readonly FolderSetup[]> {
  if (folders.length === 0) throw noPlace([]);
  const setups: FolderSetup[] = [];
  for (const folder of folders) {
    const target = await settledTarget(parts, folder);
    if (target === 'refused') return [];
    if (target !== undefined) setups.push(folderSetup(parts, folder, target));
  }
  if (setups.length > 0) return setups;
  const chosen = await chooseBucket(parts, folders);
  return chosen === undefined ? [] : [chosen];
}

async function settledTarget(
  parts: Parts,
  folder: WorkspaceFolder,
): Promise<Target | 'refused' | undefined> {
  const { targets, log } = parts;
  const standing = targets.standing(folder);
  switch (standing.kind) {
    case 'none':
      return undefined;
    case 'invalid':
      throw new Failed(standing.failure);
    case 'settled':
      await learnStore(parts, folder);
      targets.use(folder, standing.target);
      return standing.target;
    case 'to-confirm': {
      if (!(await confirmTarget(folder, standing.target))) return 'refused';
      await learnStore(parts, folder);
      targets.use(folder, standing.target);
      targets.settle(folder, standing.target);
      log.info(
        `${folder.name} is backed up to ${targetText(standing.target)}, as its settings ask.`,
      );
      return standing.target;
    }
  }
}
