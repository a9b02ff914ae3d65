import { l10n, window, workspace, type Uri, type WorkspaceFolder } from 'vscode';
import type { FilePath, FolderSetup } from '../../protocol/folders';
import { type Selection, activeSelection, type ActiveSelectionDeps } from '../selection/selection';
import { localItems, nodeItems, type WorkspaceItem } from '../selection/workspaceItems';
import { resolveTargets, type ResolveTargetsDeps } from '../setUp/resolveTargets';
import { folderSetup, type FolderSetupDeps } from '../targets/folderSetup';
import { folderId } from '../targets/targets';
import { unsupportedResource } from '../targets/unsupportedResource';
import { cloudCopyScheme, readCloudCopyUri, type CloudCopyName } from './cloudCopyUri';

/** A file or folder, and where its cloud copies are or would be. */
export interface CloudPlace {
  readonly setup: FolderSetup;
  readonly path: FilePath;
  readonly kind: 'file' | 'folder';
  /** Where one version of the file is meant. */
  readonly versionId?: string;
}

export type CloudPlacesDeps = ActiveSelectionDeps & FolderSetupDeps & ResolveTargetsDeps;

/** What a selection stands for in the cloud; asks where a folder's target has to be settled. */
export async function cloudPlaces(
  deps: CloudPlacesDeps,
  selection: Selection,
): Promise<readonly CloudPlace[]> {
  const meant = selection.kind === 'nothing' ? activeSelection(deps) : selection;
  switch (meant.kind) {
    case 'nothing':
      void window.showInformationMessage(
        l10n.t('Open a file first, or select it in the S3 Backup view.'),
      );
      return [];
    case 'nodes':
      return withTargets(deps, nodeItems(meant.nodes));
    case 'resources': {
      const copies = meant.uris.flatMap(uri => cloudCopyAt(deps, uri) ?? []);
      const local = meant.uris.filter(uri => uri.scheme !== cloudCopyScheme);
      if (local.length === 0) return copies;
      const spots = await localItems(local);
      if (spots.length === 0 && copies.length === 0) throw unsupportedResource(local);
      return [...copies, ...(await withTargets(deps, spots))];
    }
  }
}

/** The place of an open cloud copy; `undefined` where its folder is closed or never was there. */
export function cloudCopyAt(deps: FolderSetupDeps, uri: Uri): CloudPlace | undefined {
  const name = readCloudCopyUri(uri);
  if (name === undefined) return undefined;
  const folder = folderOf(deps, name);
  if (folder === undefined) return undefined;
  const { target, path, versionId } = name;
  return {
    setup: folderSetup(deps, folder, target),
    path,
    kind: 'file',
    ...(versionId === undefined ? {} : { versionId }),
  };
}

/** A URI can come from anywhere: what is read is only what this user has backed the folder up to. */
function folderOf(
  { targets }: FolderSetupDeps,
  { folderId: id, target }: CloudCopyName,
): WorkspaceFolder | undefined {
  return (workspace.workspaceFolders ?? []).find(
    folder => targets.recordId(folder) === id && targets.hasBeenAt(folder, target),
  );
}

async function withTargets(
  deps: CloudPlacesDeps,
  spots: readonly WorkspaceItem[],
): Promise<readonly CloudPlace[]> {
  const setups = await resolveTargets(deps, [...new Set(spots.map(({ folder }) => folder))]);
  return spots.flatMap(({ folder, path, kind }) => {
    const setup = setups.find(({ id }) => id === folderId(folder));
    return setup === undefined ? [] : [{ setup, path, kind }];
  });
}

/** The files in a selection; says so where it holds none. */
export async function cloudFiles(
  deps: CloudPlacesDeps,
  selection: Selection,
): Promise<readonly CloudPlace[]> {
  const places = await cloudPlaces(deps, selection);
  const files = places.filter(({ kind }) => kind === 'file');
  if (files.length === 0 && places.length > 0) {
    void window.showInformationMessage(
      l10n.t('A folder has no cloud copy of its own: choose the files in it.'),
    );
  }
  return files;
}
