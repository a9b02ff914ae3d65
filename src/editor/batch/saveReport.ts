import { homedir } from 'node:os';
import { join } from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import type { ReportEntry } from '../../protocol/reports';
import type { EngineClient } from '../client/engineClient';
import { failureMessage } from '../failures/failureMessage';
import { reportEntries } from './reportDocument';
import { filesNamed, type FinishedBatch } from './finishedBatch';
import type { KeptReport } from './keptReport';
import type { Reports } from './reports';
import { reportText } from './reportText';

interface SaveReportDeps {
  readonly engine: Pick<EngineClient, 'sendRequest'>;
  readonly reports: Pick<Reports, 'last' | 'kept'>;
}

/**
 * Saves the latest report where the user says, as text or, by the name's ending, as JSON: this
 * window's, or what an earlier one has kept.
 */
export async function saveReport({ engine, reports }: SaveReportDeps): Promise<'asked' | 'none'> {
  const { last: batch, kept } = reports;
  if (batch === undefined) {
    if (kept === undefined) return 'none';
    await save(kept);
    return 'asked';
  }
  const entries = await reportEntries(engine, batch);
  await save({ batch, entries, shown: reportText(batch, entries) });
  return 'asked';
}

async function save({ batch, entries, shown }: KeptReport): Promise<void> {
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
  const { work, planned, done, failed, skipped, cancelled, leftAlone, bytes, requests } = report;
  const notKept = filesNamed(report) - entries.length;
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
    ...{ planned, done, failed, skipped, cancelled, leftAlone, bytes, requests },
    ...(notKept > 0 && { filesNotKept: notKept }),
    files: entries.map(({ kind, failure, ...entry }) => ({
      outcome: kind,
      ...entry,
      ...(failure && { failure: { ...failure, message: failureMessage(failure).text } }),
    })),
  };
}
