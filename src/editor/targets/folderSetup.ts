import type { WorkspaceFolder } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { Profiles } from './profiles';
import type { Target } from './target';
import { folderId, type Targets } from './targets';

export interface FolderSetupDeps {
  readonly targets: Targets;
  readonly profiles: Profiles;
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
    bucket: target.bucket,
    prefix: target.prefix,
    settings: profiles.settings(folder),
  };
}
