import {
  Uri,
  TabInputCustom,
  TabInputNotebook,
  TabInputText,
  TabInputTextDiff,
  window,
} from 'vscode';
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
