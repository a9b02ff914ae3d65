import { window } from 'vscode';
import type { Group } from '../../protocol/verdicts';
import { showStatusMessage } from '../view/statusMessage';

/**
 * Says that there is nothing to do: in the status bar where all is in order, and in a message where
 * files of other groups than `inOrder` were asked for, which may not be what the user expects.
 */
export function showNothing(
  text: string,
  excluded: Readonly<Partial<Record<Group, number>>>,
  inOrder: readonly Group[],
): void {
  const found = (Object.entries(excluded) as [Group, number][]).filter(([, count]) => count > 0);
  if (found.every(([group]) => inOrder.includes(group))) showStatusMessage(text, 'info');
  else void window.showInformationMessage(text);
}
