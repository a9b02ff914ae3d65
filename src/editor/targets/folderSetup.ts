import type { WorkspaceFolder } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { Profiles } from './profiles';
import type { Target } from './target';
import { folderId, localFolders, type Targets } from './targets';

export interface FolderSetupDeps {
  readonly targets: Targets;
  readonly profiles: Pick<Profiles, 'settings'>;
}

/** Returns what the engine needs to know about a folder and its target. */
export function folderSetup(
  { profiles, targets }: FolderSetupDeps,
  folder: WorkspaceFolder,
  target: Target,
): FolderSetup {
  const id = folderId(folder);
  return {
    id,
    // Only a folder that has had a target has an identity of its own, and receipts under it.
    folderId: targets.recordId(folder) ?? id,
    name: folder.name,
    root: folder.uri.fsPath,
    innerRoots: innerRoots(targets, folder),
    bucket: target.bucket,
    prefix: target.prefix,
    kin: targets.kin(folder, target),
    settings: profiles.settings(folder),
  };
}

/**
 * Returns the folders of the workspace inside this one that have a target of their own. Their files
 * are backed up there, and not once more here.
 */
function innerRoots(targets: Targets, { uri }: WorkspaceFolder): readonly string[] {
  const above = uri.path.endsWith('/') ? uri.path : `${uri.path}/`;
  return localFolders()
    .filter(inner => inner.uri.path !== above && inner.uri.path.startsWith(above))
    .filter(inner => targets.statusOf(inner).kind === 'known')
    .map(inner => inner.uri.fsPath);
}
