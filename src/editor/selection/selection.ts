import {
  Uri,
  TabInputCustom,
  TabInputNotebook,
  TabInputText,
  TabInputTextDiff,
  window,
  workspace,
  type WorkspaceFolder,
} from 'vscode';
import { localFolders, folderById } from '../targets/targets';
import { unsupportedResource } from '../targets/unsupportedResource';
import { localUri } from '../view/fileLocation';
import type { FilesView } from '../view/filesView';
import { isTreeNode, type TreeNode } from '../view/treeNode';

/** What a command is asked to work on. */
export type Selection =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'resources'; readonly uris: readonly Uri[] }
  | { readonly kind: 'nodes'; readonly nodes: readonly TreeNode[] };

/**
 * Reads the arguments that VS Code passes to a command: none from the palette, the clicked item and
 * all selected ones from the Explorer and from trees, a URI and something else from editor tabs.
 */
export function readSelection(clicked: unknown, selected: unknown): Selection {
  const all: readonly unknown[] =
    Array.isArray(selected) && selected.length > 0 ? selected : [clicked];
  const uris = all.filter(thing => thing instanceof Uri);
  if (uris.length > 0) return { kind: 'resources', uris };
  const nodes = all.filter(isTreeNode);
  if (nodes.length > 0) return { kind: 'nodes', nodes };
  return { kind: 'nothing' };
}

export interface ActiveSelectionDeps {
  readonly view: FilesView;
}

/**
 * Returns what a command without arguments, from the palette or a key, is meant for: the selection
 * of the view if it is visible, or else the file in the active editor.
 */
export function activeSelection({ view: { treeView } }: ActiveSelectionDeps): Selection {
  if (treeView.visible && treeView.selection.length > 0) {
    return { kind: 'nodes', nodes: treeView.selection };
  }
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  if (
    input instanceof TabInputText ||
    input instanceof TabInputCustom ||
    input instanceof TabInputNotebook
  ) {
    return { kind: 'resources', uris: [input.uri] };
  }
  if (input instanceof TabInputTextDiff) return { kind: 'resources', uris: [input.modified] };
  return { kind: 'nothing' };
}

/** Returns the workspace folders that a command is meant for; all of them if it does not say. */
export function foldersOf(selection: Selection): readonly WorkspaceFolder[] {
  switch (selection.kind) {
    case 'nothing':
      return localFolders();
    case 'resources':
      return foldersWith(selection.uris);
    case 'nodes':
      return distinct(selection.nodes.map(node => folderById(node.folder)));
  }
}

function foldersWith(uris: readonly Uri[]): readonly WorkspaceFolder[] {
  const onDisk = uris.filter(uri => uri.scheme === 'file');
  const folders = distinct(onDisk.map(uri => workspace.getWorkspaceFolder(uri)));
  if (folders.length === 0) throw unsupportedResource(uris);
  return folders;
}

/** Returns the local files that a command is meant for: the view's selection if it does not say. */
export function urisOf({ view }: ActiveSelectionDeps, selection: Selection): readonly Uri[] {
  switch (selection.kind) {
    case 'nothing':
      return view.treeView.selection.flatMap(uriOf);
    case 'resources':
      return selection.uris;
    case 'nodes':
      return selection.nodes.flatMap(uriOf);
  }
}

function uriOf(node: TreeNode): readonly Uri[] {
  if (node.kind === 'folder') return [Uri.parse(node.folder)];
  if (node.kind !== 'row') return [];
  const uri = localUri(node.folder, node.row.path);
  return uri === undefined ? [] : [uri];
}

function distinct<T>(items: readonly (T | undefined)[]): readonly T[] {
  return [...new Set(items.filter(item => item !== undefined))];
}
