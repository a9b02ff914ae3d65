import { ThemeColor, ThemeIcon, Uri } from 'vscode';
import type { FileRow, FolderRow, Row } from '../../protocol/rows';
import { callsSafe, type Group } from '../../protocol/verdicts';

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
      ? new ThemeIcon('workspace-trusted', new ThemeColor('testing.iconPassed'))
      : unconfirmedIcon;
  }
  // A folder without rows below it has no twistie, and many icon themes have no icon for folders.
  return isFolder ? new ThemeIcon('file-directory') : ThemeIcon.File;
}

/** `confirmed` tells whether anything in the group is known to be so still. */
export function groupIcon(group: Group, confirmed: 'some' | 'none'): ThemeIcon {
  if (confirmed === 'none') return unconfirmedIcon;
  switch (group) {
    case 'lost':
      return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
    case 'changed-in-cloud':
      return new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
    case 'unchecked':
      return new ThemeIcon('question', new ThemeColor('list.warningForeground'));
    case 'out-of-date':
      return new ThemeIcon('history', new ThemeColor('gitDecoration.modifiedResourceForeground'));
    case 'missing-in-cloud':
      return new ThemeIcon('device-desktop', new ThemeColor('list.errorForeground'));
    case 'up-to-date':
      return new ThemeIcon('pass', new ThemeColor('testing.iconPassed'));
    case 'only-in-cloud':
      return new ThemeIcon('cloud');
    case 'ignored':
      return new ThemeIcon('eye-closed', new ThemeColor('disabledForeground'));
  }
}

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
