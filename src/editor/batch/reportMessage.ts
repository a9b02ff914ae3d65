import { l10n, window, type LogOutputChannel } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { Report, Problem } from '../../protocol/reports';
import { failureMessage } from '../failures/failureMessage';
import { showFailure, type ShowFailureDeps } from '../failures/showFailure';
import { plainText } from '../format/plainText';
import { formatCount } from '../format/quantity';
import { showReport } from './reportDocument';
import { batchIcon, reportNumbers } from './reportWords';
import type { FinishedBatch } from './finishedBatch';
import { showStatusMessage } from '../view/statusMessage';
import { conflictGroup } from '../view/treeNode';
import type { EngineClient } from '../client/engineClient';
import { runCommand } from '../contributions/runCommand';

export interface ReportMessageDeps extends ShowFailureDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
}

/** A button of a message, and what it does. */
export interface ReportButton {
  readonly title: string;
  readonly run: () => Promise<unknown>;
}

/** What a report offers besides itself. */
interface ReportActions {
  readonly retry: () => Promise<unknown>;
  /** Buttons that come before all others. */
  readonly first: readonly ReportButton[];
}

/**
 * Shows the outcome of a plan, in numbers that add up, and offers what can be done next. A single
 * file that succeeded needs no message, because its row has moved.
 */
export async function announceReport(
  deps: ReportMessageDeps,
  batch: FinishedBatch,
  actions: ReportActions,
): Promise<void> {
  const { log, engine } = deps;
  const { report, setups } = batch;
  const conflicts = conflictsOf(batch);
  const numbers = reportNumbers(report);
  log.info(`${numbers} (${String(report.planned)} planned, ${String(conflicts)} left alone)`);
  const isSmooth = report.failed === 0 && report.skipped === chosenSkips(report);
  if (isSmooth && (report.cancelled > 0 || (report.planned === 1 && conflicts === 0))) {
    const text = report.cancelled > 0 ? l10n.t('Cancelled: {0}', numbers) : numbers;
    showStatusMessage(text, batchIcon(report.work));
    return;
  }
  const again: ReportButton = { title: l10n.t('Retry Failed'), run: actions.retry };
  const show: ReportButton = {
    title: l10n.t('Show Report'),
    run: () => showReport(engine, batch),
  };
  const buttons = [
    ...actions.first,
    ...(isWorthRetrying(report) ? [again] : []),
    ...(conflicts > 0 ? [resolveButton(setups)] : []),
    show,
  ];
  const showLog = { title: l10n.t('Show Log') };
  const chosen = isSmooth
    ? await window.showInformationMessage(outcomeText(batch), ...buttons)
    : await window.showWarningMessage(outcomeText(batch), ...buttons, showLog);
  if (chosen === showLog) log.show();
  try {
    if (chosen !== undefined && 'run' in chosen) await chosen.run();
  } catch (error) {
    void showFailure(deps, error, () => void announceReport(deps, batch, actions));
  }
}

/** Counts the files that the user has chosen to skip, which is nothing to be warned of. */
function chosenSkips({ reasons }: Report): number {
  return reasons['skipped-by-choice'] ?? 0;
}

/** Archived files fail again until the archive has been asked for them. */
function isWorthRetrying({ failed, reasons }: Report): boolean {
  return failed > (reasons.archived ?? 0);
}

/** Counts the files that wait for a decision: those left out of the plan, and those it ran into. */
function conflictsOf({ report, conflicts }: FinishedBatch): number {
  return conflicts + (report.work === 'back-up' ? (report.reasons['changed-in-cloud'] ?? 0) : 0);
}

function outcomeText(batch: FinishedBatch): string {
  const { report } = batch;
  const conflicts = conflictsOf(batch);
  const sentences = [l10n.t('{0}.', reportNumbers(report))];
  const unwanted = report.problems.filter(isNoChoice);
  const problems = conflicts > 0 ? unwanted.filter(isNoConflict) : unwanted;
  const [problem] = problems;
  if (report.stopped !== undefined) {
    sentences.push(
      l10n.t('The store refused everything that was tried, so the rest was not sent.'),
      failureMessage(report.stopped).text,
    );
  } else if (problem !== undefined) {
    const isSame = problems.every(({ failure }) => failure.code === problem.failure.code);
    sentences.push(
      isSame ? failureMessage(problem.failure).text : l10n.t('The report has the reason for each.'),
    );
  }
  if (report.attributesNotSet > 0) sentences.push(notSetText(report.attributesNotSet));
  if (conflicts > 0) sentences.push(conflictsText(conflicts));
  return plainText(sentences.join(' '));
}

function notSetText(files: number): string {
  return files === 1
    ? l10n.t('The disk did not accept the time or permissions of 1 file; its content is complete.')
    : l10n.t(
        'The disk did not accept the times or permissions of {0} files; their contents are complete.',
        formatCount(files),
      );
}

function isNoChoice({ failure }: Problem): boolean {
  return failure.code !== 'skipped-by-choice';
}

function isNoConflict({ failure }: Problem): boolean {
  return failure.code !== 'changed-in-cloud';
}

function conflictsText(count: number): string {
  return count === 1
    ? l10n.t('1 file was left alone: it was changed in the cloud.')
    : l10n.t('{0} files were left alone: they were changed in the cloud.', formatCount(count));
}

/** Opens the decisions about the conflicts of these folders. */
export function resolveButton(setups: readonly FolderSetup[]): ReportButton {
  return {
    title: l10n.t('Resolve…'),
    run: async () => {
      const rows = setups.map(({ id }) => conflictGroup(id));
      await runCommand('s3Backup.resolve', rows[0], rows);
    },
  };
}
