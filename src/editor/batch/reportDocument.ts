import {
  Disposable,
  DocumentLink,
  EventEmitter,
  languages,
  l10n,
  TabInputText,
  Uri,
  window,
  workspace,
  type Tab,
  type TextDocument,
} from 'vscode';
import { reportPage, type ReportEntry } from '../../protocol/reports';
import type { EngineClient } from '../client/engineClient';
import { reportText, type ReportText } from './reportText';
import { reportNumbers } from './reportWords';
import type { FinishedBatch } from './finishedBatch';

/**
 * Shows every file of a batch and its outcome in a read-only document, which closes without asking
 * to be saved and can be saved under any name.
 */
export async function showReport(
  engine: EngineClient,
  batch: FinishedBatch,
): Promise<TextDocument> {
  const entries = await reportEntries(engine, batch);
  return openReport(batch, reportText(batch, entries));
}

/** Shows the text of a report in its document. */
export async function openReport(batch: FinishedBatch, shown: ReportText): Promise<TextDocument> {
  const uri = uriOf(batch);
  reports.set(uri.toString(), shown);
  const document = await workspace.openTextDocument(uri);
  await window.showTextDocument(document, { preview: false });
  // Asked for now: VS Code 1.105 closes no tab that it told of before another one was opened.
  const earlier = openReports().filter(tab => reportIn(tab)?.toString() !== uri.toString());
  // One tab is enough: the new report takes the place of the earlier one.
  await window.tabGroups.close(earlier);
  return document;
}

/** Returns what became of each file of a batch. */
export async function reportEntries(
  engine: Pick<EngineClient, 'sendRequest'>,
  { report: { planId } }: FinishedBatch,
): Promise<readonly ReportEntry[]> {
  const entries: ReportEntry[] = [];
  for (;;) {
    const request = { planId, offset: entries.length, limit: maxEntriesPerPage };
    const page = await engine.sendRequest(reportPage, request);
    entries.push(...page.entries);
    if (page.entries.length === 0 || entries.length >= page.total) return entries;
  }
}

function openReports(): readonly Tab[] {
  return window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(tab => reportIn(tab));
}

function reportIn({ input }: Tab): Uri | undefined {
  return input instanceof TabInputText && input.uri.scheme === scheme ? input.uri : undefined;
}

/** Registers what returns the text of these documents, and their links, while they are open. */
export function registerReports(): Disposable {
  return Disposable.from(
    workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: new EventEmitter<Uri>().event,
      provideTextDocumentContent: uri =>
        reports.get(uri.toString())?.text ??
        l10n.t('An earlier window showed this report. “Show Last Report” opens the latest one.'),
    }),
    languages.registerDocumentLinkProvider(
      { scheme },
      {
        provideDocumentLinks: ({ uri }) =>
          reports
            .get(uri.toString())
            ?.links.map(({ range, file }) => new DocumentLink(range, file)),
      },
    ),
  );
}

const scheme = 's3backup-report';

/** How many entries one request asks for. */
const maxEntriesPerPage = 1000;

const reports = new Map<string, ReportText>();

/** The name says what the report is of, since it is the title of its tab. */
function uriOf({ report, endedAt }: FinishedBatch): Uri {
  const name = `s3-backup ${reportNumbers(report)} ${new Date(endedAt).toISOString().slice(0, 19).replaceAll(':', '-')}.txt`;
  return Uri.from({ scheme, path: `/${name}` });
}
