import { l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ComparisonTotals } from '../../protocol/comparisons';
import type { FailureRecord } from '../../protocol/failures';
import type { CommandId } from '../contributions/manifest';
import { failureMessage, failureText } from '../failures/failureMessage';
import { targetText } from '../targets/target';
import { folderById, type TargetStatus } from '../targets/targets';
import { flags } from './rowFlags';
import { idOf, type FolderNode } from './treeNode';

export function folderItem(node: FolderNode, known: KnownFolder): TreeItem {
  const { comparison, failure, target: status } = known;
  const folder = folderById(node.folder);
  const item = new TreeItem(folder?.name ?? node.folder, TreeItemCollapsibleState.Expanded);
  item.id = idOf(node);
  item.iconPath = new ThemeIcon('root-folder');
  if (status === 'none') return unboundItem(node, item);
  const target = comparison === undefined ? l10n.t('not compared yet') : targetText(comparison);
  item.description = failure === undefined ? target : l10n.t('failed: {0}', failureText(failure));
  item.tooltip = failure === undefined ? (folder?.uri.fsPath ?? '') : failureMessage(failure).text;
  item.contextValue = folderFlags(comparison === undefined ? 'not-compared' : 'compared');
  if (comparison === undefined) {
    item.collapsibleState = TreeItemCollapsibleState.None;
    // VS Code keeps a row closed that once was empty; under a new id it opens when it is filled.
    item.id = `${idOf(node)} not compared`;
  }
  return item;
}

/** The `contextValue` of a workspace folder that has a bucket. */
export function folderFlags(known: 'compared' | 'not-compared'): string {
  return flags('folder', known === 'compared' && 'canBackUp', 'onDisk');
}

/** What is known of a workspace folder. */
interface KnownFolder {
  readonly comparison: ComparisonTotals | undefined;
  readonly failure: FailureRecord | undefined;
  readonly target: TargetStatus['kind'];
}

/** A folder that is backed up nowhere yet; a click lets the user choose where. */
function unboundItem(node: FolderNode, item: TreeItem): TreeItem {
  item.collapsibleState = TreeItemCollapsibleState.None;
  item.id = `${idOf(node)} unbound`;
  item.iconPath = new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  item.description = l10n.t('no bucket yet');
  item.tooltip = l10n.t('Nothing in this folder is backed up. Choose a bucket for it.');
  item.contextValue = flags('folder', 'unbound', 'onDisk');
  const choose: CommandId = 's3Backup.chooseBucket';
  item.command = {
    command: choose,
    title: l10n.t('Choose Bucket…'),
    arguments: [node, [node]],
  };
  return item;
}
