import { ThemeColor, ThemeIcon, Uri } from 'vscode';
import type { FileRow, FolderRow, Row } from '../../protocol/rows';
import { callsSafe, type Group } from '../../protocol/verdicts';

/** The colour of each group, wherever it shows. They are the manifest's own, so that themes can set them. */
export const groupColors: Readonly<Record<Group, string | undefined>> = {
  lost: 's3Backup.lostForeground',
  'changed-in-cloud': 's3Backup.changedInCloudForeground',
  unchecked: 's3Backup.uncheckedForeground',
  'out-of-date': 's3Backup.outOfDateForeground',
  'missing-in-cloud': 's3Backup.missingForeground',
  'up-to-date': 's3Backup.safeForeground',
  'only-in-cloud': undefined,
  ignored: 'gitDecoration.ignoredResourceForeground',
};

const unconfirmedIcon = new ThemeIcon('workspace-unknown', new ThemeColor('disabledForeground'));

/**
 * Files that are up to date have icons for proved and not proved; others have their type's icon.
 */
export function fileIcon({ activity, verdict, isFolder }: FileRow): ThemeIcon {
  switch (activity?.kind) {
    case 'waiting':
      return new ThemeIcon('watch');
    case 'under-way':
    case 'verifying':
      return new ThemeIcon('sync~spin');
    case 'finished':
      return new ThemeIcon('check', new ThemeColor('testing.iconPassed'));
    case 'failed':
      // A file that is being fetched from an archive has not failed.
      if (activity.failure.code === 'archive-requested') return new ThemeIcon('history');
      return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
    case undefined:
      break;
  }
  if (verdict.kind === 'up-to-date') {
    return callsSafe(verdict.proof)
      ? new ThemeIcon('workspace-trusted', new ThemeColor('s3Backup.safeForeground'))
      : unconfirmedIcon;
  }
  // A folder without rows below it has no twistie, and many icon themes have no icon for folders.
  return isFolder ? new ThemeIcon('file-directory') : ThemeIcon.File;
}

/** `confirmed` tells whether anything in the group is known to be so still. */
export function groupIcon(group: Group, confirmed: 'some' | 'none'): ThemeIcon {
  if (confirmed === 'none') return unconfirmedIcon;
  const color = groupColors[group];
  return new ThemeIcon(groupIcons[group], color === undefined ? undefined : new ThemeColor(color));
}

const groupIcons: Readonly<Record<Group, string>> = {
  lost: 'error',
  'changed-in-cloud': 'warning',
  unchecked: 'question',
  'out-of-date': 'history',
  'missing-in-cloud': 'device-desktop',
  'up-to-date': 'pass',
  'only-in-cloud': 'cloud',
  ignored: 'eye-closed',
};

/**
 * A URI for a row's file icon and its mark. Its own scheme keeps the decorations of the Explorer and of
 * source control, which mean something else, out of our view.
 */
export function iconUri(group: Group, row: Row): Uri {
  // A lone surrogate, which a Windows file name may hold, cannot be written into a URI.
  const writable = row.path.replace(/\p{Surrogate}/gu, '\uFFFD');
  const query = row.kind === 'folder' ? `folder=${String(othersNotBackedUp(group, row))}` : '';
  return Uri.from({ scheme: rowScheme, authority: group, path: `/${writable}`, query });
}

export const rowScheme = 's3-backup-row';

/** What the URI of a row says of it. */
export function otherFilesOf({
  query,
}: Uri): { readonly kind: 'file' } | { readonly kind: 'folder'; readonly notBackedUp: number } {
  const [, count] = /^folder=(\d+)$/.exec(query) ?? [];
  return count === undefined ? { kind: 'file' } : { kind: 'folder', notBackedUp: Number(count) };
}

/**
 * How many files of a folder that looks safe are not backed up: people delete folders, not rows. Where
 * the group itself says so, there is nothing to add.
 */
export function othersNotBackedUp(group: Group, { notBackedUp }: FolderRow): number {
  return group === 'up-to-date' ? notBackedUp : 0;
}
