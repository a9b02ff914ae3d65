import {
  EventEmitter,
  l10n,
  TabInputText,
  Uri,
  window,
  workspace,
  type Disposable,
  type Tab,
  type TextDocument,
} from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import { reportPage, type FileAttribute, type ReportEntry } from '../../protocol/reports';
import type { Work } from '../../protocol/rows';
import type { EngineClient } from '../client/engineClient';
import { failureMessage } from '../failures/failureMessage';
import { formatTime } from '../format/pointInTime';
import { formatBytes, formatFiles } from '../format/quantity';
import { doneHeading, reportNumbers } from './reportWords';
import type { FinishedBatch } from './reports';

/**
 * Shows every file of a batch and its outcome in a read-only document, which closes without asking
 * to be saved and can be saved under any name.
 */
export async function showReport(
  engine: EngineClient,
  batch: FinishedBatch,
): Promise<TextDocument> {
  const entries: ReportEntry[] = [];
  for (;;) {
    const { planId } = batch.report;
    const page = await engine.sendRequest(reportPage, {
      planId,
      offset: entries.length,
      limit: maxEntriesPerPage,
    });
    entries.push(...page.entries);
    if (page.entries.length === 0 || entries.length >= page.total) break;
  }
  const uri = uriOf(batch);
  texts.set(uri.toString(), reportText(batch, entries));
  const earlier = openReports().filter(tab => reportIn(tab)?.toString() !== uri.toString());
  const document = await workspace.openTextDocument(uri);
  await window.showTextDocument(document, { preview: false });
  // One tab is enough: the new report takes the place of the earlier one.
  await window.tabGroups.close(earlier);
  return document;
}

function openReports(): readonly Tab[] {
  return window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(tab => reportIn(tab));
}

function reportIn({ input }: Tab): Uri | undefined {
  return input instanceof TabInputText && input.uri.scheme === scheme ? input.uri : undefined;
}

/** Registers the provider that returns the text of these documents while they are open. */
export function registerReports(): Disposable {
  return workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: new EventEmitter<Uri>().event,
    provideTextDocumentContent: uri =>
      texts.get(uri.toString()) ??
      l10n.t('This report is no longer there: reports are kept while the window is open.'),
  });
}

const scheme = 's3backup-report';

/** How many entries one request asks for. */
const maxEntriesPerPage = 1000;

const texts = new Map<string, string>();

/** The name says what the report is of, since it is the title of its tab. */
function uriOf({ report, endedAt }: FinishedBatch): Uri {
  const name = `s3-backup ${reportNumbers(report)} ${new Date(endedAt).toISOString().slice(0, 19).replaceAll(':', '-')}.txt`;
  return Uri.from({ scheme, path: `/${name}` });
}

function reportText(batch: FinishedBatch, entries: readonly ReportEntry[]): string {
  const { report, setups, endedAt } = batch;
  const nameOf = (folder: string): string => {
    const name = setups.find(({ id }) => id === folder)?.name;
    return setups.length === 1 || name === undefined ? '' : `${name}/`;
  };
  const line = (entry: ReportEntry): string => {
    const file = `  ${nameOf(entry.folder)}${entry.path} (${formatBytes(entry.bytes)})`;
    return [file, ...remarksOn(entry).map(remark => `      ${remark}`)].join('\n');
  };
  const sections = (['failed', 'skipped', 'cancelled', 'done'] as const).flatMap(kind => {
    const own = entries.filter(entry => entry.kind === kind);
    return own.length === 0
      ? []
      : ['', `${headingOf(kind, report.work)}: ${formatFiles(own.length)}`, '', ...own.map(line)];
  });
  return [
    l10n.t('S3 Backup, {0}', formatTime(endedAt)),
    ...setups.map(setup => directionText(report.work, setup)),
    '',
    `${reportNumbers(report)} · ${formatBytes(report.bytes)}`,
    ...sections,
    '',
  ].join('\n');
}

/** Says which way the files went. */
function directionText(work: Work, { name, bucket, prefix }: FolderSetup): string {
  const place = `s3://${bucket}/${prefix}`;
  switch (work) {
    case 'back-up':
      return `${name} → ${place}`;
    case 'restore':
      return `${place} → ${name}`;
    case 'free-up':
    case 'trash':
      return l10n.t('Removed from {0}; the copies are in {1}', name, place);
  }
}

function headingOf(kind: ReportEntry['kind'], work: Work): string {
  switch (kind) {
    case 'failed':
      return l10n.t('Failed');
    case 'skipped':
      return l10n.t('Skipped');
    case 'cancelled':
      return l10n.t('Cancelled');
    case 'done':
      return doneHeading(work);
  }
}

/** Lists what the report says about a file besides its size. */
function remarksOn({ failure, restoredAs, replaced, notSet }: ReportEntry): readonly string[] {
  const remarks: string[] = [];
  if (failure !== undefined) remarks.push(failureMessage(failure).text);
  if (restoredAs !== undefined) remarks.push(l10n.t('Restored as “{0}”.', restoredAs));
  if (replaced?.kind === 'trashed') remarks.push(l10n.t('What was there is in the trash.'));
  if (replaced?.kind === 'kept') {
    remarks.push(l10n.t('What was there is now “{0}”.', replaced.path));
  }
  if (notSet !== undefined) remarks.push(...notSet.map(notSetRemark));
  return remarks;
}

function notSetRemark(attribute: FileAttribute): string {
  switch (attribute) {
    case 'time':
      return l10n.t('The disk did not take its time.');
    case 'permissions':
      return l10n.t('The disk did not take its permissions.');
  }
}
