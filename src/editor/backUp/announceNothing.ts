import { l10n, window } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { PlanSummary } from '../../protocol/plans';
import { showNothing } from '../batch/nothingMessage';
import { resolveButton } from '../batch/reportMessage';
import { excludedNumbers } from '../batch/reportWords';
import { formatFiles } from '../format/quantity';

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
  const safe = excluded['up-to-date'] ?? 0;
  const others = Object.values(excluded).reduce((sum, files) => sum + files, 0) - safe;
  if (safe > 0 && others === 0) {
    return safe === 1
      ? l10n.t('Nothing to back up: 1 file is up to date.')
      : l10n.t('Nothing to back up: {0} are up to date.', formatFiles(safe));
  }
  const numbers = excludedNumbers(excluded, ['out-of-date', 'missing-in-cloud']);
  return numbers === ''
    ? l10n.t('Nothing to back up.')
    : l10n.t('Nothing to back up: {0}.', numbers);
}
