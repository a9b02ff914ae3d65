import {
  Uri,
  TabInputCustom,
  TabInputNotebook,
  TabInputNotebookDiff,
  TabInputText,
  TabInputTextDiff,
  window,
  workspace,
  type WorkspaceFolder,
} from 'vscode';
import { folderById } from '../targets/targets';
import { unsupportedResource } from '../targets/unsupportedResource';
import { localUri } from '../view/fileLocation';
import { isTreeNode, type TreeNode } from '../view/treeNode';

/** What a command works on. There is always at least one. */
export type Selection =
  | { readonly kind: 'resources'; readonly uris: readonly Uri[] }
  | { readonly kind: 'nodes'; readonly nodes: readonly TreeNode[] };

/** All folders of the workspace. No missing or unknown argument ever means this. */
export interface Everything {
  readonly kind: 'everything';
}

/** What the caller of a command has pointed at. */
export type PointedAt =
  | Selection
  /** A row that has gone meanwhile, or anything else that is not known. */
  | { readonly kind: 'unknown' }
  /** The command was run from the palette, by a key or by a link. */
  | { readonly kind: 'nothing' };

/**
 * Reads the arguments that VS Code passes to a command: none from the palette, the clicked item and
 * all selected ones from the Explorer and from trees, a URI and something else from editor tabs. It
 * passes `undefined` for a row that the tree no longer has.
 */
export function readArguments(args: readonly unknown[]): PointedAt {
  if (args.length === 0) return { kind: 'nothing' };
  const [clicked, selected] = args;
  const all: readonly unknown[] =
    Array.isArray(selected) && selected.length > 0 ? selected : [clicked];
  if (!(clicked instanceof Uri) && !isTreeNode(clicked)) return { kind: 'unknown' };
  const uris = all.filter(thing => thing instanceof Uri);
  if (uris.length > 0) return { kind: 'resources', uris };
  const nodes = all.filter(isTreeNode);
  return nodes.length > 0 ? { kind: 'nodes', nodes } : { kind: 'unknown' };
}

/**
 * Returns the file of the active editor. A selection in the view does not count here: it may be
 * forgotten or out of sight.
 */
export function fileInFront(): Extract<Selection, { kind: 'resources' }> | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  if (
    input instanceof TabInputText ||
    input instanceof TabInputCustom ||
    input instanceof TabInputNotebook
  ) {
    return { kind: 'resources', uris: [input.uri] };
  }
  if (input instanceof TabInputTextDiff || input instanceof TabInputNotebookDiff) {
    return { kind: 'resources', uris: [input.modified] };
  }
  return undefined;
}

/** Returns the workspace folders of a selection. Throws if there are none. */
export function foldersOf(selection: Selection): readonly WorkspaceFolder[] {
  return selection.kind === 'resources'
    ? foldersWith(selection.uris)
    : distinct(selection.nodes.map(node => folderById(node.folder)));
}

function foldersWith(uris: readonly Uri[]): readonly WorkspaceFolder[] {
  const onDisk = uris.filter(uri => uri.scheme === 'file');
  const folders = distinct(onDisk.map(uri => workspace.getWorkspaceFolder(uri)));
  if (folders.length === 0) throw unsupportedResource(uris);
  return folders;
}

/** Returns the local files and folders of a selection. */
export function urisOf(selection: Selection): readonly Uri[] {
  return selection.kind === 'resources' ? selection.uris : selection.nodes.flatMap(uriOf);
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
