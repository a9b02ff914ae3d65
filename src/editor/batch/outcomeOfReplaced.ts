import { l10n } from 'vscode';

/** Whether cloud copies that are replaced can be got back. */
export function outcomeOfReplaced(keepsVersions: boolean): string {
  return keepsVersions
    ? l10n.t('The bucket keeps versions: what is replaced can be got back.')
    : l10n.t('The bucket keeps no versions: what is replaced is gone.');
}
