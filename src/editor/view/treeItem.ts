import { posix } from 'node:path';
import { l10n, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ComparisonTotals } from '../../protocol/comparisons';
import type { FileRow, FolderRow } from '../../protocol/rows';
import type { Group } from '../../protocol/verdicts';
import { failureText } from '../failures/failureMessage';
import { formatTime } from '../format/pointInTime';
import { formatBytes, formatCount, formatFiles } from '../format/quantity';
import { flags } from './rowFlags';
import { fileIcon, groupIcon, iconUri, othersNotBackedUp } from './rowIcon';
import { idOf, type GroupNode, type MoreNode, type RowNode } from './treeNode';
import {
  groupMeaning,
  groupName,
  shortReason,
  rulePlace,
  unconfirmedMeaning,
} from './verdictWords';
import { finishedText, underWayText } from './workWords';

/**
 * Both run on a click or Enter, on the row that is selected then; not in the palette. Items give them
 * no arguments: VS Code forgets those as soon as it begins to draw a row anew, and a click that comes
 * just then would end with "Actual command not found".
 */
export const rowClickedCommand = '_s3Backup.rowClicked';
export const showMoreCommand = '_s3Backup.showMore';

export function groupItem(node: GroupNode, comparison: ComparisonTotals | undefined): TreeItem {
  const { files, bytes } = comparison?.groups[node.group] ?? { files: 0, bytes: 0 };
  const shown = comparison?.shown?.[node.group] ?? files;
  const count =
    shown === files
      ? formatCount(files)
      : l10n.t('{0} of {1}', formatCount(shown), formatCount(files));
  const name = groupName(node.group);
  const rows = comparison?.rows[node.group] ?? 0;
  const item = new TreeItem(name, collapsibleState(node.group, rows));
  // VS Code keeps a row closed that once was empty; under a new id it opens when it is filled.
  item.id = rows > 0 ? idOf(node) : `${idOf(node)}\nempty`;
  const unconfirmed = node.group === 'up-to-date' ? (comparison?.unconfirmed ?? 0) : 0;
  item.iconPath = groupIcon(node.group, unconfirmed > 0 && unconfirmed === files ? 'none' : 'some');
  const notProved =
    node.group === 'up-to-date' ? files - (comparison?.proved ?? 0) - unconfirmed : 0;
  const doubts = [
    unconfirmed > 0 && l10n.t('{0} not confirmed', formatCount(unconfirmed)),
    notProved > 0 && l10n.t('{0} not proved', formatCount(notProved)),
  ];
  // The size of the filtered files is not known.
  const size = files > 0 && shown === files && sizeIn(node.group, bytes);
  item.description = joined(count, size, ...doubts);
  // An empty group has no menu.
  item.contextValue = flags(
    'group',
    shown > 0 && node.group,
    isUploadable(node.group) && shown > 0 && 'canBackUp',
  );
  const label = listed(
    name,
    shown === files
      ? formatFiles(files)
      : l10n.t('{0} of {1}', formatCount(shown), formatFiles(files)),
    size,
    ...doubts,
  );
  item.accessibilityInformation = { label };
  // A narrow view cuts off the numbers.
  item.tooltip = `${label}\n${unconfirmed > 0 ? unconfirmedMeaning() : groupMeaning(node.group)}`;
  return item;
}

/** What is known of an unsaved file is of the file on the disk, and its row says so. */
export function rowItem(node: RowNode, editor: 'saved' | 'unsaved'): TreeItem {
  if (node.row.kind === 'folder') return subfolderItem(node, node.row);
  const item = fileItem(node, node.row);
  if (editor === 'saved') return item;
  const words = l10n.t('unsaved changes');
  const label = item.accessibilityInformation?.label ?? '';
  item.description = joined(words, String(item.description ?? ''));
  item.accessibilityInformation = { label: listed(label, words) };
  return item;
}

export function moreItem(node: MoreNode): TreeItem {
  const item = new TreeItem(l10n.t('Show More…'));
  item.id = idOf(node);
  item.iconPath = new ThemeIcon('ellipsis');
  item.description = l10n.t('{0} left', formatCount(node.left));
  item.command = { command: showMoreCommand, title: l10n.t('Show More…') };
  item.contextValue = flags('more');
  return item;
}

function subfolderItem(node: RowNode, row: FolderRow): TreeItem {
  const name = posix.basename(row.path);
  const item = new TreeItem(name, TreeItemCollapsibleState.Collapsed);
  item.id = idOf(node);
  item.iconPath = ThemeIcon.Folder;
  item.resourceUri = iconUri(node.group, row);
  const { files, bytes } = row.totals;
  const size = sizeIn(node.group, bytes);
  const others = othersNotBackedUp(node.group, row);
  const othersText =
    others > 0 &&
    (others === 1
      ? l10n.t('1 other not backed up')
      : l10n.t('{0} others not backed up', formatCount(others)));
  item.description = joined(formatFiles(files), size, othersText);
  item.contextValue = flags(
    'subfolder',
    node.group,
    isUploadable(node.group) && 'canBackUp',
    node.group !== 'only-in-cloud' && node.group !== 'lost' && 'onDisk',
  );
  item.accessibilityInformation = {
    label: listed(
      name,
      l10n.t('folder in {0}', groupName(node.group)),
      formatFiles(files),
      size,
      othersText,
    ),
  };
  return item;
}

function fileItem(node: RowNode, row: FileRow): TreeItem {
  const { name, folder } = nameAndFolder(row);
  const item = new TreeItem(name);
  item.id = idOf(node);
  item.iconPath = fileIcon(row);
  item.resourceUri = iconUri(node.group, row);
  const size = (row.local ?? row.cloud)?.size;
  const sizeText = size !== undefined && !row.isFolder && formatBytes(size);
  // In a flat list, the row names the file's folder.
  const folderText = node.parent.kind === 'group' && folder;
  // The activity comes first, because a narrow view cuts off the end.
  const activity = activityText(row);
  item.description = joined(
    activity ?? false,
    folderText,
    sizeText,
    activity === undefined && shortReason(row.verdict),
    isOnlyArchived(row) && l10n.t('archived'),
  );
  item.command = { command: rowClickedCommand, title: l10n.t('Back Up or Open') };
  item.contextValue = flags(
    row.isFolder ? 'subfolder' : 'file',
    node.group,
    isUploadable(node.group) && !isUnderWay(row) && 'canBackUp',
    isOnDisk(row) && 'onDisk',
    hasCloudCopy(row) && 'inCloud',
    rulePlace(row.verdict) !== undefined && 'byRule',
  );
  item.accessibilityInformation = {
    label: listed(
      name,
      stateInWords(row),
      activityText(row) ?? (row.verdict.kind !== 'up-to-date' && shortReason(row.verdict)),
      isOnlyArchived(row) && l10n.t('archived'),
      sizeText,
      folderText !== false && folderText !== '' && l10n.t('in {0}', folderText),
    ),
  };
  return item;
}

/** Whether the file exists only in an archive, from which a restore takes hours. */
function isOnlyArchived({ verdict, archived }: FileRow): boolean {
  return verdict.kind === 'only-in-cloud' && archived === true;
}

/** The sizes of ignored files are not read, and lost files have none. */
function sizeIn(group: Group, bytes: number): string | false {
  return group !== 'ignored' && group !== 'lost' && formatBytes(bytes);
}

/** Whether a file has a cloud copy; keys that are no paths belong to no file. */
function hasCloudCopy({ isFolder, cloud, verdict }: FileRow): boolean {
  if (verdict.kind === 'ignored' && verdict.because.kind === 'not-a-path') return false;
  return cloud !== undefined && !isFolder;
}

/** Ignored files are not examined; one without a copy was found on the disk, or it were not known. */
function isOnDisk({ local, cloud, verdict }: FileRow): boolean {
  if (local !== undefined) return true;
  return verdict.kind === 'ignored' && verdict.because.kind !== 'not-a-path' && cloud === undefined;
}

/** Splits a path; a key that is no path is shown whole, because it is in no folder. */
function nameAndFolder({ path, verdict }: FileRow): {
  readonly name: string;
  readonly folder: string;
} {
  if (verdict.kind === 'ignored' && verdict.because.kind === 'not-a-path') {
    return { name: path, folder: '' };
  }
  const folder = posix.dirname(path);
  return { name: posix.basename(path), folder: folder === '.' ? '' : folder };
}

/** Whether a file is being worked on, or has just been finished. */
function isUnderWay({ activity }: FileRow): boolean {
  return activity !== undefined && activity.kind !== 'failed';
}

/** Groups whose files an upload brings up to date. */
function isUploadable(group: Group): boolean {
  return group === 'out-of-date' || group === 'missing-in-cloud';
}

function collapsibleState(group: Group, rows: number): TreeItemCollapsibleState {
  if (rows === 0) return TreeItemCollapsibleState.None;
  const isGood = group === 'up-to-date' || group === 'only-in-cloud' || group === 'ignored';
  return isGood ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.Expanded;
}

function activityText({ activity }: FileRow): string | undefined {
  switch (activity?.kind) {
    case 'waiting':
      return l10n.t('waiting');
    case 'verifying':
      return l10n.t('verifying…');
    case 'under-way':
      return underWayText(activity.work);
    case 'finished':
      return finishedText(activity.work);
    case 'failed':
      return failureText(activity.failure);
    case undefined:
      return undefined;
  }
}

/** The verdict in words, for screen readers. */
function stateInWords({ verdict }: FileRow): string {
  switch (verdict.kind) {
    case 'missing-in-cloud':
      return l10n.t('missing in cloud');
    case 'out-of-date':
      return l10n.t('out of date');
    case 'up-to-date':
      switch (verdict.proof) {
        case 'name-and-time':
          return l10n.t('up to date by name and time, not proved');
        case 'unconfirmed':
          return l10n.t('up to date as of {0}, not confirmed', formatTime(verdict.asOf));
        case 'uploaded':
        case 'receipt':
        case 'content':
          return l10n.t('up to date, proved');
      }
      break;
    case 'changed-in-cloud':
      return l10n.t('changed in cloud');
    case 'only-in-cloud':
      return l10n.t('only in cloud');
    case 'unchecked':
      return l10n.t('could not be checked');
    case 'lost':
      return l10n.t('lost');
    case 'ignored':
      return l10n.t('ignored');
  }
}

function joined(...parts: readonly (string | false)[]): string {
  return parts.filter(part => part !== false && part !== '').join(' · ');
}

function listed(...parts: readonly (string | false)[]): string {
  return parts.filter(part => part !== false && part !== '').join(', ');
}
