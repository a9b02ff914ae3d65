import type { WorkspaceFolder } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import { Failed } from '../failures/failed';
import { folderSetup, type FolderSetupDeps } from '../targets/folderSetup';
import { refreshEndpoint, type RefreshEndpointDeps } from './refreshEndpoint';

export type KnownSetupDeps = FolderSetupDeps & RefreshEndpointDeps;

/**
 * Returns what the engine needs to know about a folder whose target the user has chosen or agreed to;
 * `undefined` for any other. Asks the user nothing. Throws the fault of a setting, and
 * `prefix-in-use`.
 */
export async function knownSetup(
  deps: KnownSetupDeps,
  folder: WorkspaceFolder,
): Promise<FolderSetup | undefined> {
  const status = deps.targets.statusOf(folder);
  if (status.kind === 'invalid') throw new Failed(status.failure);
  if (status.kind !== 'known') return undefined;
  await refreshEndpoint(deps, folder);
  deps.targets.recordPlace(folder, status.target);
  return folderSetup(deps, folder, status.target);
}

/** The same for work that nobody has asked for just then, so that the engine asks nothing either. */
export async function unaskedSetup(
  deps: KnownSetupDeps,
  folder: WorkspaceFolder,
): Promise<FolderSetup | undefined> {
  const setup = await knownSetup(deps, folder);
  return setup && { ...setup, isUnasked: true };
}
