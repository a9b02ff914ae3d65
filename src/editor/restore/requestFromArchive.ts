import { l10n, window, type LogOutputChannel } from 'vscode';
import { requestArchived } from '../../protocol/restore';
import type { FinishedBatch } from '../batch/finishedBatch';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';
import { Failed, failureLine } from '../failures/failed';
import { formatCount, formatFiles } from '../format/quantity';

export interface RequestFromArchiveDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly operations: RunningOperations;
}

/**
 * Asks the store to make archived files readable that a restore has found; their rows then say so.
 */
export async function requestFromArchive(
  { engine, operations, log }: RequestFromArchiveDeps,
  { report: { planId, reasons } }: FinishedBatch,
): Promise<void> {
  const request = l10n.t('Request');
  const files = formatFiles(reasons.archived ?? 0);
  const answer = await window.showWarningMessage(
    l10n.t('Ask the store to bring {0} back from the archive?', files),
    {
      modal: true,
      detail: l10n.t(
        'This takes minutes to days, and the store charges for it. After that they can be read for {0} days: restore them again in that time.',
        formatCount(readableDays),
      ),
    },
    request,
  );
  if (answer !== request) return;
  const { requested, problems } = await operations.run(token =>
    engine.sendRequest(requestArchived, { planId, days: readableDays }, token),
  );
  for (const { path, failure } of problems) {
    log.warn(`Not requested: ${path}: ${failureLine(failure)}`);
  }
  const [first] = problems;
  if (first !== undefined && requested === 0) throw new Failed(first.failure);
  const text = l10n.t('{0} requested from the archive', formatFiles(requested));
  void window.showInformationMessage(
    first === undefined
      ? l10n.t('{0}. Restore them again later.', text)
      : l10n.t('{0}, {1} failed. The log has the reasons.', text, formatCount(problems.length)),
  );
}

/** For how long requested files stay readable. */
const readableDays = 7;
