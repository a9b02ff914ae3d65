import { l10n, window } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { PlanSummary } from '../../protocol/plans';
import type { Group } from '../../protocol/verdicts';
import { resolveButton } from '../batch/reportMessage';
import { formatFiles } from '../format/quantity';

/** Says why there is nothing to back up. */
export function announceNothingToBackUp(
  { excluded }: PlanSummary,
  setups: readonly FolderSetup[],
): void {
  const text = reasonText(excluded);
  const isToDecide = (excluded['changed-in-cloud'] ?? 0) > 0;
  void (isToDecide ? offerToResolve(text, setups) : window.showInformationMessage(text));
}

async function offerToResolve(text: string, setups: readonly FolderSetup[]): Promise<void> {
  const resolve = resolveButton(setups);
  await (await window.showInformationMessage(text, resolve))?.run();
}

function reasonText(excluded: PlanSummary['excluded']): string {
  const parts = (Object.entries(excluded) as [Group, number][])
    .filter(([, count]) => count > 0)
    .map(([group, count]) => excludedText(group, formatFiles(count)));
  if (parts.length === 0) return l10n.t('There is nothing to back up.');
  return l10n.t('There is nothing to back up: {0}.', parts.join(', '));
}

function excludedText(group: Group, files: string): string {
  switch (group) {
    case 'up-to-date':
      return l10n.t('{0} up to date', files);
    case 'changed-in-cloud':
      return l10n.t('{0} changed in the cloud', files);
    case 'ignored':
      return l10n.t('{0} ignored', files);
    case 'unchecked':
      return l10n.t('{0} that could not be checked', files);
    case 'only-in-cloud':
      return l10n.t('{0} only in the cloud', files);
    case 'lost':
      return l10n.t('{0} lost', files);
    case 'out-of-date':
    case 'missing-in-cloud':
      // A plan takes these, unless another batch is already working on them.
      return l10n.t('{0} under way', files);
  }
}
