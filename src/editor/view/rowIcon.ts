import { ThemeColor, ThemeIcon, Uri } from 'vscode';
import type { FileRow } from '../../protocol/rows';
import { callsSafe, type Group } from '../../protocol/verdicts';
import type { FilePath } from '../../protocol/folders';

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
 * A URI for a row's file icon. Its own scheme keeps the decorations of the Explorer and of source
 * control, which mean something else, out of our view.
 */
export function iconUri(group: Group, path: FilePath): Uri {
  // A lone surrogate, which a Windows file name may hold, cannot be written into a URI.
  const writable = path.replace(/\p{Surrogate}/gu, '\uFFFD');
  return Uri.from({ scheme: 's3-backup-row', authority: group, path: `/${writable}` });
}
