import { commands, l10n, window } from 'vscode';
import type { Group, PlanSummary, Report } from '../protocol';
import { failureMessage } from './failureMessage';
import type { Parts } from './parts';
import { formatFiles } from './quantity';
import { showReport } from './reportDocument';
import { reportNumbers } from './reportNumbers';
import type { FinishedBatch } from './reports';
import { showFailure } from './showFailure';
import { ignoreReason } from './verdictWords';

/**
 * Says what became of a plan, in numbers that add up, and offers what can be done about it. A
 * single file that arrived needs no message: its row has moved.
 */
export async function announceReport(
  parts: Parts,
  batch: FinishedBatch,
  retry: () => Promise<unknown>,
): Promise<void> {
  const { log, engine } = parts;
  const { report } = batch;
  const numbers = reportNumbers(report);
  log.info(`${numbers} (${String(report.planned)} planned)`);
  const isSmooth = report.failed === 0 && report.skipped === 0;
  if (isSmooth && (report.cancelled > 0 || report.planned === 1)) {
    const text = report.cancelled > 0 ? l10n.t('Cancelled: {0}', numbers) : numbers;
    window.setStatusBarMessage(`$(cloud-upload) ${text}`, lingerMs);
    return;
  }
  const again = l10n.t('Retry Failed');
  const show = l10n.t('Show Report');
  const showLog = l10n.t('Show Log');
  const chosen = isSmooth
    ? await window.showInformationMessage(l10n.t('{0}.', numbers), show)
    : await window.showWarningMessage(
        troubleText(report),
        ...(report.failed > 0 ? [again] : []),
        show,
        showLog,
      );
  try {
    if (chosen === again) await retry();
    if (chosen === show) await showReport(engine, batch);
    if (chosen === showLog) log.show();
  } catch (error) {
    void showFailure(parts, error, () => void announceReport(parts, batch, retry));
  }
}

function troubleText(report: Report): string {
  const numbers = l10n.t('{0}.', reportNumbers(report));
  const [trouble] = report.troubles;
  const isSame = Object.keys(report.reasons).length === 1;
  return isSame && trouble !== undefined
    ? `${numbers} ${failureMessage(trouble.failure).text}`
    : l10n.t('{0} The report has the reason for each.', numbers);
}

/** Says why there was nothing to upload. */
export function announceNothingToDo({ leftAlone, ignored }: PlanSummary): void {
  if (ignored === undefined) {
    void window.showInformationMessage(nothingToDo(leftAlone));
    return;
  }
  const { path, because } = ignored;
  const text = l10n.t('“{0}” is not backed up: {1}.', path, ignoreReason(because));
  const isSetting = because.kind === 'rule' && because.line === undefined;
  void (isSetting ? offerSetting(text, because.source) : window.showInformationMessage(text));
}

async function offerSetting(text: string, setting: string): Promise<void> {
  const open = l10n.t('Open Settings');
  if ((await window.showInformationMessage(text, open)) !== open) return;
  await commands.executeCommand('workbench.action.openSettings', setting);
}

const lingerMs = 5000;

function nothingToDo(leftAlone: PlanSummary['leftAlone']): string {
  const parts = (Object.entries(leftAlone) as [Group, number][])
    .filter(([, count]) => count > 0)
    .map(([group, count]) => leftAloneText(group, formatFiles(count)));
  if (parts.length === 0) return l10n.t('There is nothing to back up.');
  return l10n.t('There is nothing to back up: {0}.', parts.join(', '));
}

function leftAloneText(group: Group, files: string): string {
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
      // These are what a plan takes; left alone, they are on their way already.
      return l10n.t('{0} under way', files);
  }
}
