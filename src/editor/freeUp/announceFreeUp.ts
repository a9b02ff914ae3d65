import { l10n, window, type LogOutputChannel } from 'vscode';
import type { Report } from '../../protocol/reports';
import { failureMessage } from '../failures/failureMessage';
import { formatBytes } from '../format/quantity';
import { showReport } from '../batch/reportDocument';
import { reportNumbers } from '../batch/reportWords';
import type { FinishedBatch } from '../batch/finishedBatch';
import { showFailure, type ShowFailureDeps } from '../failures/showFailure';
import type { EngineClient } from '../client/engineClient';

export interface AnnounceFreeUpDeps extends ShowFailureDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
}

/** What is offered after files were kept. */
interface FreeUpActions {
  readonly retry: () => Promise<unknown>;
  /** For files that would come back with other times or permissions. */
  readonly freeAnyway: () => Promise<unknown>;
}

/** Says how much space was freed and how to get the files back, or why files were kept. */
export async function announceFreeUp(
  deps: AnnounceFreeUpDeps,
  batch: FinishedBatch,
  actions: FreeUpActions,
): Promise<void> {
  const { engine, log } = deps;
  const { report } = batch;
  const text = [outcomeText(report), ...problemTexts(report), ...restoreHint(report)].join(' ');
  log.info(`${text} (${String(report.planned)} planned)`);
  const again = l10n.t('Retry Failed');
  const anyway = l10n.t('Free Them Anyway…');
  const show = l10n.t('Show Report');
  const isSmooth = report.failed === 0 && report.skipped === 0;
  const chosen = isSmooth
    ? await window.showInformationMessage(text, show)
    : await window.showWarningMessage(
        text,
        ...(report.failed > 0 ? [again] : []),
        ...(report.reasons['attributes-differ'] === undefined ? [] : [anyway]),
        show,
      );
  try {
    if (chosen === again) await actions.retry();
    if (chosen === anyway) await actions.freeAnyway();
    if (chosen === show) await showReport(engine, batch);
  } catch (error) {
    void showFailure(deps, error, () => void announceFreeUp(deps, batch, actions));
  }
}

/** Files in the trash still take up space. */
function outcomeText(report: Report): string {
  const counts = reportNumbers(report);
  if (report.done === 0) return l10n.t('{0}.', counts);
  const bytes = formatBytes(report.bytes);
  return report.work === 'trash'
    ? l10n.t('{0}; they take up {1} until the trash is emptied.', counts, bytes)
    : l10n.t('{0}: {1} freed up.', counts, bytes);
}

function problemTexts(report: Report): readonly string[] {
  const [first] = report.problems;
  if (first === undefined) return [];
  const isSame = Object.keys(report.reasons).length === 1;
  return [
    isSame ? failureMessage(first.failure).text : l10n.t('The report has the reason for each.'),
  ];
}

function restoreHint({ done }: Report): readonly string[] {
  return done === 0 ? [] : [l10n.t('“Restore from Cloud…” brings these files back.')];
}
