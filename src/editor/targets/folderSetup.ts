import type { WorkspaceFolder } from 'vscode';
import { storeOf } from '../../protocol/endpoint';
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

/** Tells apart what was agreed to for one folder and one place, for the memory over all windows. */
export function placeKey({ id, settings, bucket, prefix }: FolderSetup): string {
  const { endpoint } = settings;
  const store = storeOf(typeof endpoint === 'string' ? endpoint : undefined);
  return JSON.stringify([id, store, bucket, prefix]);
}
