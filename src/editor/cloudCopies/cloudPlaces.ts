import { l10n, window, workspace, type Uri, type WorkspaceFolder, env } from 'vscode';
import { cloudCopyScheme, readCloudCopyUri, type CloudCopyName } from './cloudCopyUri';
import { plainText } from '../format/plainText';
import { formatCount } from '../format/quantity';
import type { Selection } from '../selection/selection';
import { localItems, nodeItems, type WorkspaceItem } from '../selection/workspaceItems';
import { resolveTargets, type ResolveTargetsDeps } from '../setUp/resolveTargets';
import { folderSetup, type FolderSetupDeps } from '../targets/folderSetup';
import { folderId } from '../targets/targets';
import { unsupportedResource } from '../targets/unsupportedResource';
import { showStatusMessage } from '../view/statusMessage';
import type { FilePath, FolderSetup } from '../../protocol/folders';

/** A file or folder, and where its cloud copies are or would be. */
export interface CloudPlace {
  readonly setup: FolderSetup;
  readonly path: FilePath;
  readonly kind: 'file' | 'folder';
  /** Set if one version of the file is meant. */
  readonly versionId?: string;
}

export type CloudPlacesDeps = FolderSetupDeps & ResolveTargetsDeps;

/**
 * Returns where the selected files are in the cloud. Asks if a folder's target is not known yet.
 */
async function cloudPlaces(
  deps: CloudPlacesDeps,
  selection: Selection,
): Promise<readonly CloudPlace[]> {
  switch (selection.kind) {
    case 'nodes':
      return withTargets(deps, nodeItems(selection.nodes));
    case 'resources': {
      const copies = selection.uris.flatMap(uri => cloudCopyAt(deps, uri) ?? []);
      const local = selection.uris.filter(uri => uri.scheme !== cloudCopyScheme);
      if (local.length === 0) return copies;
      const items = await localItems(local);
      if (items.length === 0 && copies.length === 0) throw unsupportedResource(local);
      return [...copies, ...(await withTargets(deps, items))];
    }
  }
}

/**
 * Returns the place that a cloud copy's URI names, or `undefined` if no open folder was ever there.
 */
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

/** A URI can come from anywhere, so it may only name targets that this user has backed up to. */
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
  items: readonly WorkspaceItem[],
): Promise<readonly CloudPlace[]> {
  const setups = await resolveTargets(deps, [...new Set(items.map(({ folder }) => folder))]);
  return items.flatMap(({ folder, path, kind }) => {
    const setup = setups.find(({ id }) => id === folderId(folder));
    return setup === undefined ? [] : [{ setup, path, kind }];
  });
}

/** Returns the files in a selection; tells the user if there are only folders. */
export async function cloudFiles(
  deps: CloudPlacesDeps,
  selection: Selection,
): Promise<readonly CloudPlace[]> {
  const places = await cloudPlaces(deps, selection);
  const files = places.filter(({ kind }) => kind === 'file');
  if (files.length === 0 && places.length > 0) {
    void window.showInformationMessage(
      plainText(l10n.t('“{0}” is a folder. Choose a file in it.', nameOf(places))),
    );
  }
  return files;
}

function nameOf([first]: readonly CloudPlace[]): string {
  return first === undefined || first.path === '' ? (first?.setup.name ?? '') : first.path;
}

/** Copies the S3 URIs of the selection to the clipboard, one per line. */
export async function copyS3Uri(deps: CloudPlacesDeps, selection: Selection): Promise<void> {
  const places = await cloudPlaces(deps, selection);
  const uris = places.map(({ setup: { bucket, prefix }, path, kind }) => {
    const end = kind === 'folder' && path !== '' ? '/' : '';
    return `s3://${bucket}/${prefix}${path}${end}`;
  });
  const [only] = uris;
  if (only === undefined) return;
  await env.clipboard.writeText(uris.join('\n'));
  const text =
    uris.length === 1
      ? l10n.t('Copied {0}', plainText(only))
      : l10n.t('{0} S3 URIs copied', formatCount(uris.length));
  showStatusMessage(text);
}
