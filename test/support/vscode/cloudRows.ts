import type { GroupNode, RowNode } from '../../../src/editor/view/treeNode';
import type { FilePath } from '../../../src/protocol/folders';
import type { FileRow } from '../../../src/protocol/rows';
import type { Group } from '../../../src/protocol/verdicts';
import { aFileRow } from '../engine/aFile';
import { workspaceFolder } from './extensionUnderTest';

/** A file's row, as the tree hands it to commands. */
export function fileNode(
  group: Group,
  path: string,
  sides: Partial<Pick<FileRow, 'local' | 'cloud' | 'verdict'>> = {},
): RowNode {
  const parent = groupNode(group);
  return { kind: 'row', folder: parent.folder, group, parent, row: aFileRow(path, sides) };
}

/** A folder's row below a group. */
export function subfolderNode(group: Group, path: string): RowNode {
  const parent = groupNode(group);
  const totals = { files: 1, bytes: 1 };
  const row = {
    kind: 'folder',
    path: path as FilePath,
    totals,
    notBackedUp: 0,
    ignored: 0,
  } as const;
  return { kind: 'row', folder: parent.folder, group, parent, row };
}

export function groupNode(group: Group): GroupNode {
  return { kind: 'group', folder: workspaceFolder().uri.toString(), group, parent: undefined };
}
