import { commands, l10n, window, type LogOutputChannel } from 'vscode';
import type { Group, PlanSummary, Report } from '../protocol';
import { failureMessage } from './failureMessage';
import type { Parts } from './parts';
import { formatCount, formatFiles } from './quantity';
import { ignoreReason } from './verdictWords';

/**
 * Says what became of a plan, in numbers that add up. A single file that arrived needs no message:
 * its row has moved.
 */
export function announceReport({ log }: Pick<Parts, 'log'>, report: Report): void {
  const [trouble, ...others] = report.troubles;
  const numbers = reportNumbers(report);
  log.info(`${numbers} (${String(report.planned)} planned)`);
  if (report.cancelled > 0 && report.failed === 0 && report.skipped === 0) {
    window.setStatusBarMessage(`$(cloud-upload) ${l10n.t('Cancelled: {0}', numbers)}`, lingerMs);
    return;
  }
  if (trouble === undefined) {
    if (report.planned === 1) window.setStatusBarMessage(`$(check) ${numbers}`, lingerMs);
    else void window.showInformationMessage(l10n.t('{0}.', numbers));
    return;
  }
  const isSame = others.every(other => other.failure.code === trouble.failure.code);
  const text = isSame
    ? `${l10n.t('{0}.', numbers)} ${failureMessage(trouble.failure).text}`
    : l10n.t('{0}. The log has the reason for each.', numbers);
  void offerLog(log, text);
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

/** "309 backed up, 3 failed": only what is not zero. */
function reportNumbers({ backedUp, failed, skipped, cancelled }: Report): string {
  const parts = [
    backedUp === 1
      ? l10n.t('1 file backed up')
      : l10n.t('{0} files backed up', formatCount(backedUp)),
  ];
  if (failed > 0) parts.push(l10n.t('{0} failed', formatCount(failed)));
  if (skipped > 0) parts.push(l10n.t('{0} skipped', formatCount(skipped)));
  if (cancelled > 0) parts.push(l10n.t('{0} cancelled', formatCount(cancelled)));
  return parts.join(', ');
}

async function offerLog(log: LogOutputChannel, text: string): Promise<void> {
  const showLog = l10n.t('Show Log');
  if ((await window.showWarningMessage(text, showLog)) === showLog) log.show();
}

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
