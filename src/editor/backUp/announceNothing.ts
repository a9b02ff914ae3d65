import { l10n, window } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { PlanSummary } from '../../protocol/plans';
import { showNothing } from '../batch/nothingMessage';
import { resolveButton } from '../batch/reportMessage';
import { excludedNumbers } from '../batch/reportWords';

/** Says why there is nothing to back up. */
export function announceNothingToBackUp(
  { excluded }: PlanSummary,
  setups: readonly FolderSetup[],
): void {
  const text = reasonText(excluded);
  if ((excluded['changed-in-cloud'] ?? 0) > 0) void offerToResolve(text, setups);
  else showNothing(text, excluded, ['up-to-date', 'only-in-cloud']);
}

async function offerToResolve(text: string, setups: readonly FolderSetup[]): Promise<void> {
  const resolve = resolveButton(setups);
  await (await window.showInformationMessage(text, resolve))?.run();
}

function reasonText(excluded: PlanSummary['excluded']): string {
  const numbers = excludedNumbers(excluded, ['out-of-date', 'missing-in-cloud']);
  return numbers === ''
    ? l10n.t('There is nothing to back up.')
    : l10n.t('There is nothing to back up: {0}.', numbers);
}
