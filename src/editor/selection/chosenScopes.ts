import { workspace, type Uri } from 'vscode';
import { rootPath } from '../../protocol/folders';
import type { ChosenRequest } from '../../protocol/plans';
import type { NodeId } from '../../protocol/rows';
import { groups } from '../../protocol/verdicts';
import type { FinishedBatch } from '../batch/finishedBatch';
import type { FolderScopes } from '../batch/runPlanned';
import { resolveTargets, type ResolveTargetsDeps } from '../setUp/resolveTargets';
import { folderById, folderId } from '../targets/targets';
import { unsupportedResource } from '../targets/unsupportedResource';
import { placeOf, type TreeNode } from '../view/treeNode';
import type { Selection } from './selection';

/**
 * What was chosen, for each folder with its target: rows of the view, or files and folders on the
 * disk. Folders for which the user would choose no target are left out.
 */
export function chosenScopes(
  deps: ResolveTargetsDeps,
  selection: Selection,
): Promise<ChosenRequest['folders']> {
  return selection.kind === 'nodes'
    ? scopesOfNodes(deps, selection.nodes)
    : scopesOfUris(deps, selection.uris);
}

/** What failed in a batch, of those of its folders that are still open and have a target. */
export function failedScopes(
  deps: ResolveTargetsDeps,
  batch: FinishedBatch,
): Promise<FolderScopes<{ readonly kind: 'failed'; readonly planId: number }>> {
  return scopesOfBatch(deps, batch, 'failed');
}

/** Files of a batch, of those of its folders that are still open and have a target. */
export async function scopesOfBatch<Kind extends string>(
  deps: ResolveTargetsDeps,
  { report: { planId }, setups: earlier }: FinishedBatch,
  kind: Kind,
): Promise<FolderScopes<{ readonly kind: Kind; readonly planId: number }>> {
  const setups = await resolveTargets(
    deps,
    earlier.flatMap(({ id }) => folderById(id) ?? []),
  );
  return setups.map(setup => ({ setup, scope: { kind, planId } }));
}

async function scopesOfNodes(
  deps: ResolveTargetsDeps,
  nodes: readonly TreeNode[],
): Promise<ChosenRequest['folders']> {
  const ids = new Set(nodes.map(node => node.folder));
  const setups = await resolveTargets(
    deps,
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
    case 'past':
      return [];
  }
}

async function scopesOfUris(
  deps: ResolveTargetsDeps,
  uris: readonly Uri[],
): Promise<ChosenRequest['folders']> {
  const located = uris
    .filter(uri => uri.scheme === 'file')
    .flatMap(uri => ({ path: uri.fsPath, folder: workspace.getWorkspaceFolder(uri) }));
  const folders = new Set(located.flatMap(({ folder }) => folder ?? []));
  if (folders.size === 0) throw unsupportedResource(uris);
  const setups = await resolveTargets(deps, [...folders]);
  return setups.map(setup => {
    const own = located.filter(({ folder }) => folder && folderId(folder) === setup.id);
    return { setup, scope: { kind: 'resources', paths: own.map(({ path }) => path) } };
  });
}
