import { commands, l10n, QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import type { RowAction, MenuManifest } from './rowActions';
import { rowActions } from './rowActions';
import { formatBytes, formatFiles } from '../format/quantity';
import { folderById } from '../targets/targets';
import { folderFlags } from '../view/folderItem';
import { rowItem } from '../view/treeItem';
import type { FolderNode, RowNode } from '../view/treeNode';
import { groupName } from '../view/verdictWords';

/** Lets the user choose what is done with a tile, and does it as if it were chosen at its row. */
export async function offerActions(
  manifest: MenuManifest,
  nodes: readonly (RowNode | FolderNode)[],
): Promise<void> {
  const items = nodes.flatMap(node => itemsFor(manifest, node));
  const [first] = nodes;
  if (first === undefined || items.length === 0) return;
  const title = first.kind === 'row' ? first.row.path : (folderById(first.folder)?.name ?? '');
  const placeHolder = l10n.t('Choose what to do');
  const chosen = await window.showQuickPick(items, { title, placeHolder });
  if (chosen?.action === undefined) return;
  await commands.executeCommand(chosen.action.command, chosen.node, [chosen.node]);
}

type ActionItem = QuickPickItem & {
  readonly action?: RowAction;
  readonly node: RowNode | FolderNode;
};

function itemsFor(manifest: MenuManifest, node: RowNode | FolderNode): readonly ActionItem[] {
  const contextValue =
    node.kind === 'folder' ? folderFlags('compared') : (rowItem(node, 'saved').contextValue ?? '');
  const actions = rowActions(manifest, contextValue).map((action): ActionItem => ({
    label: action.title,
    action,
    node,
  }));
  if (node.kind === 'folder' || node.row.kind === 'file') return actions;
  // A folder has what is to be done with its files of one verdict, and then of the next.
  const { files, bytes } = node.row.totals;
  const label = l10n.t(
    '{0}: {1}, {2}',
    groupName(node.group),
    formatFiles(files),
    formatBytes(bytes),
  );
  return [{ label, kind: QuickPickItemKind.Separator, node }, ...actions];
}
