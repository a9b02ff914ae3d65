import { l10n, window, workspace, type Uri, type WorkspaceFolder } from 'vscode';
import type { FilePath, FolderSetup } from '../../protocol/folders';
import { activeSelection } from '../selection/activeSelection';
import { folderSetup } from '../targets/folderSetup';
import { unsupportedResource } from '../selection/unsupportedResource';
import type { Services } from '../services';
import type { Selection } from '../selection/selection';
import { resolveTargets } from '../targets/resolveTargets';
import { localItems, nodeItems, type WorkspaceItem } from '../selection/workspaceItems';
import { folderId } from '../targets/targets';
import { cloudCopyScheme, readCloudCopyUri, type CloudCopyName } from './cloudCopyUri';

/** A file or folder, and where its cloud copies are or would be. */
export interface CloudPlace {
  readonly setup: FolderSetup;
  readonly path: FilePath;
  readonly kind: 'file' | 'folder';
  /** Where one version of the file is meant. */
  readonly versionId?: string;
}

/** What a selection stands for in the cloud; asks where a folder's target has to be settled. */
export async function cloudPlaces(
  services: Services,
  selection: Selection,
): Promise<readonly CloudPlace[]> {
  const meant = selection.kind === 'nothing' ? activeSelection(services) : selection;
  switch (meant.kind) {
    case 'nothing':
      void window.showInformationMessage(
        l10n.t('Open a file first, or select it in the S3 Backup view.'),
      );
      return [];
    case 'nodes':
      return settled(services, nodeItems(meant.nodes));
    case 'resources': {
      const copies = meant.uris.flatMap(uri => cloudCopyAt(services, uri) ?? []);
      const local = meant.uris.filter(uri => uri.scheme !== cloudCopyScheme);
      if (local.length === 0) return copies;
      const spots = await localItems(local);
      if (spots.length === 0 && copies.length === 0) throw unsupportedResource(local);
      return [...copies, ...(await settled(services, spots))];
    }
  }
}

/** The place of an open cloud copy; `undefined` where its folder is closed or never was there. */
export function cloudCopyAt(
  parts: Pick<Services, 'profiles' | 'targets'>,
  uri: Uri,
): CloudPlace | undefined {
  const name = readCloudCopyUri(uri);
  if (name === undefined) return undefined;
  const folder = folderOf(parts, name);
  if (folder === undefined) return undefined;
  const { target, path, versionId } = name;
  return {
    setup: folderSetup(parts, folder, target),
    path,
    kind: 'file',
    ...(versionId === undefined ? {} : { versionId }),
  };
}

/** A URI can come from anywhere: what is read is only what this user has backed the folder up to. */
function folderOf(
  { targets }: Pick<Services, 'targets'>,
  { folderId: id, target }: CloudCopyName,
): WorkspaceFolder | undefined {
  return (workspace.workspaceFolders ?? []).find(
    folder => targets.identityOf(folder) === id && targets.hasBeenAt(folder, target),
  );
}

async function settled(
  services: Services,
  spots: readonly WorkspaceItem[],
): Promise<readonly CloudPlace[]> {
  const setups = await resolveTargets(services, [...new Set(spots.map(({ folder }) => folder))]);
  return spots.flatMap(({ folder, path, kind }) => {
    const setup = setups.find(({ id }) => id === folderId(folder));
    return setup === undefined ? [] : [{ setup, path, kind }];
  });
}
