import { l10n, window, type QuickPickItem } from 'vscode';
import { atHand } from '../atHand';
import type { Parts } from '../parts';
import type { Selection } from '../selection';
import { itemText } from './itemText';

/**
 * Asks what a restore is meant for that was called from the palette: what is selected, or all that
 * is in the cloud. Where nothing is selected there is nothing to ask.
 */
export async function askWhatToRestore(
  parts: Parts,
): Promise<Exclude<Selection, { kind: 'nothing' }> | 'everything' | undefined> {
  const selected = atHand(parts);
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
