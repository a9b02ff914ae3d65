import { l10n, workspace } from 'vscode';
import { formatCount } from '../format/quantity';
import type { Selection } from '../selection/selection';
import type { TreeNode } from '../view/treeNode';
import { groupName } from '../view/verdictWords';
import { folderById } from '../targets/targets';

/** What is selected, by the name of the only thing or else in a number. */
export function itemText(selection: Exclude<Selection, { kind: 'nothing' }>): string {
  const names =
    selection.kind === 'nodes'
      ? selection.nodes.map(nodeName)
      : selection.uris.map(uri => workspace.asRelativePath(uri, false));
  const [only, ...others] = names;
  return only === undefined || others.length > 0
    ? l10n.t('{0} items', formatCount(names.length))
    : only;
}

function nodeName(node: TreeNode): string {
  switch (node.kind) {
    case 'folder':
      return folderById(node.folder)?.name ?? node.folder;
    case 'group':
      return groupName(node.group);
    case 'row':
      return node.row.path;
    case 'more':
      return '';
  }
}
