import { l10n, window, type LogOutputChannel } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { PlanSummary } from '../../protocol/plans';
import type { Problem, Report } from '../../protocol/reports';
import type { Group } from '../../protocol/verdicts';
import type { EngineClient } from '../client/engineClient';
import { runCommand } from '../contributions/runCommand';
import { failureMessage } from '../failures/failureMessage';
import { showFailure, type ShowFailureDeps } from '../failures/showFailure';
import { plainText } from '../format/plainText';
import { formatCount, formatFiles } from '../format/quantity';
import { requestFromArchive, type RequestFromArchiveDeps } from '../restore/requestFromArchive';
import { conflictGroup } from '../view/treeNode';
import { batchIcon } from '../view/workWords';
import { showReport } from './reportDocument';
import { reportNumbers } from './reportWords';
import type { FinishedBatch } from './reports';

export interface ReportMessageDeps extends RequestFromArchiveDeps, ShowFailureDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
}

/**
 * Says what became of a plan, in numbers that add up, and offers what can be done about it. A
 * single file that arrived needs no message: its row has moved.
 */
export async function announceReport(
  deps: ReportMessageDeps,
  batch: FinishedBatch,
  retry: () => Promise<unknown>,
): Promise<void> {
  const { log, engine } = deps;
  const { report, setups } = batch;
  const conflicts = conflictsOf(batch);
  const numbers = reportNumbers(report);
  log.info(`${numbers} (${String(report.planned)} planned, ${String(conflicts)} left alone)`);
  const isSmooth = report.failed === 0 && report.skipped === 0;
  if (isSmooth && (report.cancelled > 0 || (report.planned === 1 && conflicts === 0))) {
    const text = report.cancelled > 0 ? l10n.t('Cancelled: {0}', numbers) : numbers;
    window.setStatusBarMessage(`$(${batchIcon(report.work)}) ${text}`, statusShownMs);
    return;
  }
  const again = l10n.t('Retry Failed');
  const resolve = resolveButton();
  const request = l10n.t('Request from Archive…');
  const show = l10n.t('Show Report');
  const showLog = l10n.t('Show Log');
  const buttons = [...(conflicts > 0 ? [resolve] : []), show];
  const chosen = isSmooth
    ? await window.showInformationMessage(outcomeText(batch), ...buttons)
    : await window.showWarningMessage(
        outcomeText(batch),
        ...(hasArchived(report) ? [request] : []),
        ...(isWorthRetrying(report) ? [again] : []),
        ...buttons,
        showLog,
      );
  try {
    if (chosen === again) await retry();
    if (chosen === resolve) await resolveIn(setups);
    if (chosen === request) await requestFromArchive(deps, batch);
    if (chosen === show) await showReport(engine, batch);
    if (chosen === showLog) log.show();
  } catch (error) {
    void showFailure(deps, error, () => void announceReport(deps, batch, retry));
  }
}

/** Whether files were found in an archive, and can be asked for. */
function hasArchived({ work, reasons }: Report): boolean {
  return work === 'restore' && (reasons.archived ?? 0) > 0;
}

/** What lies in an archive fails until it has been asked for. */
function isWorthRetrying({ failed, reasons }: Report): boolean {
  return failed > (reasons.archived ?? 0);
}

/** How many files wait for a decision: those left out of the plan, and those found out by it. */
function conflictsOf({ report, excluded }: FinishedBatch): number {
  return excluded + (report.work === 'back-up' ? (report.reasons['changed-in-cloud'] ?? 0) : 0);
}

function outcomeText(batch: FinishedBatch): string {
  const { report } = batch;
  const conflicts = conflictsOf(batch);
  const sentences = [l10n.t('{0}.', reportNumbers(report))];
  const troubles = conflicts > 0 ? report.problems.filter(isNoConflict) : report.problems;
  const [trouble] = troubles;
  if (trouble !== undefined) {
    const isSame = troubles.every(({ failure }) => failure.code === trouble.failure.code);
    sentences.push(
      isSame ? failureMessage(trouble.failure).text : l10n.t('The report has the reason for each.'),
    );
  }
  if (conflicts > 0) sentences.push(conflictsText(conflicts));
  return plainText(sentences.join(' '));
}

function isNoConflict({ failure }: Problem): boolean {
  return failure.code !== 'changed-in-cloud';
}

function conflictsText(count: number): string {
  return count === 1
    ? l10n.t('1 file was left alone: it was changed in the cloud.')
    : l10n.t('{0} files were left alone: they were changed in the cloud.', formatCount(count));
}

function resolveButton(): string {
  return l10n.t('Resolve…');
}

async function resolveIn(setups: readonly FolderSetup[]): Promise<void> {
  const rows = setups.map(({ id }) => conflictGroup(id));
  await runCommand('s3Backup.resolve', rows[0], rows);
}

/** Says why there was nothing to upload. */
export function announceNothingToDo(
  { excluded }: PlanSummary,
  setups: readonly FolderSetup[],
): void {
  const text = nothingToDo(excluded);
  const isToDecide = (excluded['changed-in-cloud'] ?? 0) > 0;
  void (isToDecide ? offerToResolve(text, setups) : window.showInformationMessage(text));
}

async function offerToResolve(text: string, setups: readonly FolderSetup[]): Promise<void> {
  const resolve = resolveButton();
  if ((await window.showInformationMessage(text, resolve)) === resolve) await resolveIn(setups);
}

const statusShownMs = 5000;

function nothingToDo(excluded: PlanSummary['excluded']): string {
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
      // These are what a plan takes; left alone, they are on their way already.
      return l10n.t('{0} under way', files);
  }
}
