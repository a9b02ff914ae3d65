import { l10n, window, workspace, type QuickPickItem } from 'vscode';
import { formatCount } from '../format/quantity';
import { type Selection, activeSelection, type ActiveSelectionDeps } from '../selection/selection';
import { folderById } from '../targets/targets';
import type { TreeNode } from '../view/treeNode';
import { groupName } from '../view/verdictWords';

/**
 * Asks what to restore if the command was run from the palette: the selection, or everything in the
 * cloud. Does not ask if nothing is selected.
 */
export async function askWhatToRestore(
  deps: ActiveSelectionDeps,
): Promise<Exclude<Selection, { kind: 'nothing' }> | 'everything' | undefined> {
  const selected = withCopies(activeSelection(deps));
  if (selected.kind === 'nothing') return 'everything';
  const items: readonly (QuickPickItem & { readonly meant: typeof selected | 'everything' })[] = [
    { label: l10n.t('Everything in the Cloud'), meant: 'everything' },
    { label: itemText(selected), description: l10n.t('selected'), meant: selected },
  ];
  const chosen = await window.showQuickPick(items, {
    title: l10n.t('Restore from Cloud'),
    placeHolder: l10n.t('What is to be restored?'),
  });
  return chosen?.meant;
}

/** Drops editors of files outside the workspace, which have no cloud copies. */
function withCopies(selection: Selection): Selection {
  if (selection.kind !== 'resources') return selection;
  const uris = selection.uris.filter(
    uri => uri.scheme === 'file' && workspace.getWorkspaceFolder(uri) !== undefined,
  );
  return uris.length === 0 ? { kind: 'nothing' } : { kind: 'resources', uris };
}

/** Names the only selected item, or says how many there are. */
function itemText(selection: Exclude<Selection, { kind: 'nothing' }>): string {
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
