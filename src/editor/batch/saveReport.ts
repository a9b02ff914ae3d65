import { homedir } from 'node:os';
import { join } from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import type { ReportEntry } from '../../protocol/reports';
import type { EngineClient } from '../client/engineClient';
import { failureMessage } from '../failures/failureMessage';
import { reportEntries } from './reportDocument';
import type { FinishedBatch } from './finishedBatch';
import type { KeptReport } from './keptReport';
import { reportText } from './reportText';

/** Saves the report of a batch where the user says, as text or, by the name's ending, as JSON. */
export async function saveReport(
  engine: Pick<EngineClient, 'sendRequest'>,
  batch: FinishedBatch,
): Promise<void> {
  const entries = await reportEntries(engine, batch);
  await saveKeptReport({ batch, entries, shown: reportText(batch, entries) });
}

/** The same for what an earlier window has kept. */
export async function saveKeptReport({ batch, entries, shown }: KeptReport): Promise<void> {
  const day = new Date(batch.endedAt).toISOString().slice(0, 10);
  const target = await window.showSaveDialog({
    title: l10n.t('Save Report'),
    defaultUri: Uri.file(join(homedir(), `s3-backup ${day}.txt`)),
    filters: { [l10n.t('Text')]: ['txt'], JSON: ['json'] },
  });
  if (target === undefined) return;
  const content = target.path.endsWith('.json')
    ? `${JSON.stringify(reportRecord(batch, entries), undefined, 2)}\n`
    : shown.text;
  await workspace.fs.writeFile(target, Buffer.from(content));
}

/** A report for programs: names, codes and numbers, and each failure's sentence for people. */
export function reportRecord(
  { report, setups, endedAt }: FinishedBatch,
  entries: readonly ReportEntry[],
): unknown {
  const { work, planned, done, failed, skipped, cancelled, bytes, requests } = report;
  const notKept = planned - entries.length;
  return {
    work,
    endedAt: new Date(endedAt).toISOString(),
    folders: setups.map(({ id, name, root, bucket, prefix }) => ({
      id,
      name,
      root,
      bucket,
      prefix,
    })),
    ...{ planned, done, failed, skipped, cancelled, bytes, requests },
    ...(notKept > 0 && { filesNotKept: notKept }),
    files: entries.map(({ kind, failure, ...entry }) => ({
      outcome: kind,
      ...entry,
      ...(failure && { failure: { ...failure, message: failureMessage(failure).text } }),
    })),
  };
}
