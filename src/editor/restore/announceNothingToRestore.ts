import { l10n, window } from 'vscode';
import type { RestoreSummary } from '../../protocol/restore';
import type { Group } from '../../protocol/verdicts';
import { formatFiles } from '../format/quantity';

/** Says why there was nothing to restore. */
export function announceNothingToRestore({ excluded }: RestoreSummary): void {
  const reasons = (Object.entries(excluded) as [Group, number][]).map(([group, count]) =>
    reasonText(group, formatFiles(count)),
  );
  void window.showInformationMessage(
    reasons.length === 0
      ? l10n.t('There is nothing to restore.')
      : l10n.t('There is nothing to restore: {0}.', reasons.join(', ')),
  );
}

function reasonText(group: Group, files: string): string {
  switch (group) {
    case 'up-to-date':
      return l10n.t('{0} up to date', files);
    case 'missing-in-cloud':
      return l10n.t('{0} missing in the cloud', files);
    case 'lost':
      return l10n.t('{0} lost', files);
    case 'ignored':
      return l10n.t('{0} ignored', files);
    case 'unchecked':
      return l10n.t('{0} that could not be checked', files);
    case 'changed-in-cloud':
    case 'out-of-date':
    case 'only-in-cloud':
      // These are what a plan takes; left alone, they are on their way already.
      return l10n.t('{0} under way', files);
  }
}
