import { workspace, type Uri } from 'vscode';
import { rootPath } from '../../protocol/folders';
import type { ChosenRequest } from '../../protocol/plans';
import type { NodeId } from '../../protocol/rows';
import { groups } from '../../protocol/verdicts';
import { noPlace } from './unsupportedResource';
import type { Parts } from '../services';
import type { Selection } from './selection';
import { settleTargets } from '../targets/resolveTargets';
import { folderById, folderId } from '../targets/targets';
import { placeOf, type TreeNode } from '../view/treeNode';

/**
 * What was chosen, for each folder with its target: rows of the view, or files and folders on the
 * disk. Folders for which the user would choose no target are left out.
 */
export function chosenScopes(
  parts: Parts,
  selection: Exclude<Selection, { kind: 'nothing' }>,
): Promise<ChosenRequest['parts']> {
  return selection.kind === 'nodes'
    ? scopesOfNodes(parts, selection.nodes)
    : scopesOfUris(parts, selection.uris);
}

async function scopesOfNodes(
  parts: Parts,
  nodes: readonly TreeNode[],
): Promise<ChosenRequest['parts']> {
  const ids = new Set(nodes.map(node => node.folder));
  const setups = await settleTargets(
    parts,
    [...ids].flatMap(id => folderById(id) ?? []),
  );
  return setups.map(setup => {
    const places = nodes.filter(node => node.folder === setup.id).flatMap(placesOf);
    return { setup, scope: { kind: 'nodes', nodes: places } };
  });
}

function placesOf(node: TreeNode): readonly NodeId[] {
  const { folder } = node;
  switch (node.kind) {
    case 'folder':
      return groups.map(group => ({ folder, group, path: rootPath }));
    case 'group':
    case 'row':
      return [placeOf(node)];
    case 'more':
      return [];
  }
}

async function scopesOfUris(parts: Parts, uris: readonly Uri[]): Promise<ChosenRequest['parts']> {
  const located = uris
    .filter(uri => uri.scheme === 'file')
    .flatMap(uri => ({ path: uri.fsPath, folder: workspace.getWorkspaceFolder(uri) }));
  const folders = new Set(located.flatMap(({ folder }) => folder ?? []));
  if (folders.size === 0) throw noPlace(uris);
  const setups = await settleTargets(parts, [...folders]);
  return setups.map(setup => {
    const own = located.filter(({ folder }) => folder && folderId(folder) === setup.id);
    return { setup, scope: { kind: 'resources', paths: own.map(({ path }) => path) } };
  });
}
