import { rootPath } from '../../protocol/folders';
import type { NodeId, Row } from '../../protocol/rows';
import type { Group } from '../../protocol/verdicts';

/** A row of the view. */
export type TreeNode = FolderNode | GroupNode | RowNode | MoreNode | PastNode;

/** A workspace folder, where there are several. */
export interface FolderNode {
  readonly kind: 'folder';
  readonly folder: string;
}

export interface GroupNode {
  readonly kind: 'group';
  readonly folder: string;
  readonly group: Group;
  readonly parent: FolderNode | undefined;
}

/** A file, or a folder below a group. */
export interface RowNode {
  readonly kind: 'row';
  readonly folder: string;
  readonly group: Group;
  /** As it was told last: VS Code knows a row by this object, which it draws again. */
  row: Row;
  readonly parent: BranchNode;
}

/** The row that shows the next page. */
export interface MoreNode {
  readonly kind: 'more';
  readonly folder: string;
  readonly parent: BranchNode;
  readonly left: number;
}

/** What an earlier comparison found in a group of all folders, or the row that compares anew. */
export interface PastNode {
  readonly kind: 'past';
  /** Of none, so that no command takes it for something that is there. */
  readonly folder: '';
  readonly row: 'compare' | Group;
}

/** What the engine has children for. */
export type BranchNode = GroupNode | RowNode;

/** Identifies the node to the engine. */
export function placeOf(node: BranchNode): NodeId {
  const path = node.kind === 'group' ? rootPath : node.row.path;
  return { folder: node.folder, group: node.group, path };
}

/** Returns an id that survives refreshes, and so keeps selection and expansion. */
export function idOf(node: TreeNode): string {
  switch (node.kind) {
    case 'folder':
      return node.folder;
    case 'group':
      return `${node.folder}\n${node.group}`;
    case 'row':
      return `${node.folder}\n${node.group}\n${node.row.kind}\n${node.row.path}`;
    case 'more':
      return `${idOf(node.parent)}\nmore`;
    case 'past':
      return `past\n${node.row}`;
  }
}

/** Whether a command's argument is a row of our view. */
export function isTreeNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'kind' in value && 'folder' in value;
}

/** The row above all conflicts of a folder. */
export function conflictGroup(folder: string): GroupNode {
  return { kind: 'group', folder, group: 'changed-in-cloud', parent: undefined };
}
