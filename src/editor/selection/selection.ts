import { Uri } from 'vscode';
import { isTreeNode, type TreeNode } from '../view/treeNode';

/** What a command is asked to work on. */
export type Selection =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'resources'; readonly uris: readonly Uri[] }
  | { readonly kind: 'nodes'; readonly nodes: readonly TreeNode[] };

/**
 * Reads the arguments with which VS Code calls a command: none from the palette, the clicked thing
 * and all that are selected from the Explorer and from trees, a URI and something else from editor
 * tabs.
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
