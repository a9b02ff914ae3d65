import type { GroupNode } from '../view/treeNode';

/** The row above all conflicts of a folder. */
export function conflictGroup(folder: string): GroupNode {
  return { kind: 'group', folder, group: 'changed-in-cloud', parent: undefined };
}
