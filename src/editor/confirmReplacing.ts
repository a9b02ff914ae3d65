import { l10n, window } from 'vscode';
import type { PlanSummary } from '../protocol';
import { formatCount } from './quantity';

/**
 * Asks before a plan replaces cloud copies that this computer has no record of having written.
 * Single files ask only once per folder while the window lives; larger plans ask each time.
 */
export async function confirmReplacing(
  { files, unowned }: PlanSummary,
  folders: readonly string[],
): Promise<boolean> {
  if (unowned.files === 0) return true;
  const isSingle = files === 1;
  if (isSingle && folders.every(folder => agreed.has(folder))) return true;
  const backUp = l10n.t('Back Up');
  const examples = unowned.examples.slice(0, 3).map(path => `• ${path}`);
  if (unowned.files > examples.length) examples.push('• …');
  const answer = await window.showWarningMessage(
    unowned.files === 1
      ? l10n.t('Replace a cloud copy that this computer has no record of writing?')
      : l10n.t(
          'Replace {0} cloud copies that this computer has no record of writing?',
          formatCount(unowned.files),
        ),
    {
      modal: true,
      detail: [
        ...(files > unowned.files ? [l10n.t('Of {0} files to back up:', formatCount(files))] : []),
        ...examples,
        '',
        unowned.keepsVersions
          ? l10n.t('The bucket keeps versions: what is replaced can be got back.')
          : l10n.t('The bucket keeps no versions: what is replaced is gone.'),
      ].join('\n'),
    },
    backUp,
  );
  if (answer !== backUp) return false;
  if (isSingle) for (const folder of folders) agreed.add(folder);
  return true;
}

/** Folders for whose single files the user has agreed, in this window. */
const agreed = new Set<string>();
