import { l10n, window, type WorkspaceFolder } from 'vscode';
import { rawSettings } from '../contributions/settings';
import type { Target } from './targets';

/** Asks whether files may go where the workspace's settings, and not the user, want them. */
export async function confirmTarget(folder: WorkspaceFolder, target: Target): Promise<boolean> {
  const endpoint = rawSettings(folder.uri)['endpoint'];
  const use = l10n.t('Back Up There');
  const answer = await window.showWarningMessage(
    l10n.t('Back up “{0}” to the bucket that its workspace settings name?', folder.name),
    {
      modal: true,
      detail: [
        l10n.t('Bucket: {0}', target.bucket),
        l10n.t('Prefix: {0}', target.prefix === '' ? l10n.t('none') : target.prefix),
        l10n.t('Store: {0}', typeof endpoint === 'string' && endpoint !== '' ? endpoint : 'AWS'),
        '',
        l10n.t(
          'The settings come with the workspace, perhaps from somebody else. Your files would be sent to this place.',
        ),
      ].join('\n'),
    },
    use,
  );
  return answer === use;
}
