import { join } from 'node:path';
import { l10n, Range, Uri } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { FileAttribute, ReportEntry } from '../../protocol/reports';
import type { Work } from '../../protocol/rows';
import { failureReport, failureText } from '../failures/failureMessage';
import { formatTime } from '../format/pointInTime';
import { formatBytes, formatFiles } from '../format/quantity';
import type { FinishedBatch } from './finishedBatch';
import { allNumbers, doneHeading, leftAloneText, requestsText } from './reportWords';

/** A report as people read it, and where it names files that can be opened. */
export interface ReportText {
  readonly text: string;
  readonly links: readonly { readonly range: Range; readonly file: Uri }[];
}

/** Writes every file of a batch with its outcome, what needs somebody first. */
export function reportText(batch: FinishedBatch, entries: readonly ReportEntry[]): ReportText {
  const { report, setups, endedAt } = batch;
  const lines: string[] = [
    l10n.t('S3 Backup, {0}', formatTime(endedAt)),
    ...setups.map(setup => directionText(report.work, setup)),
    '',
    `${allNumbers(report)} · ${formatBytes(report.bytes)}`,
    ...requestsText(report.requests),
  ];
  const links: ReportText['links'][number][] = [];
  const write = (entry: ReportEntry, remarks: readonly string[]): void => {
    const setup = setups.find(({ id }) => id === entry.folder);
    const name = setups.length === 1 || setup === undefined ? '' : `${setup.name}/`;
    const path = `${name}${entry.path}`;
    if (setup !== undefined && isThere(entry, report.work)) {
      const file = Uri.file(join(setup.root, entry.restoredAs ?? entry.path));
      links.push({ range: new Range(lines.length, 2, lines.length, 2 + path.length), file });
    }
    lines.push(`  ${path} (${formatBytes(entry.bytes)})`);
    lines.push(...[...remarks, ...remarksOn(entry)].map(remark => `      ${remark}`));
  };
  for (const kind of ['failed', 'skipped', 'cancelled', 'left-alone', 'done'] as const) {
    const own = entries.filter(entry => entry.kind === kind);
    if (own.length === 0) continue;
    lines.push('', `${headingOf(kind, report.work)}: ${formatFiles(own.length)}`, '');
    const groups = byReason(own);
    for (const [reason, files] of groups) {
      const shared = sharedRemark(files);
      if (groups.size > 1 || shared !== undefined || kind === 'left-alone')
        lines.push(`${reason}: ${formatFiles(files.length)}`);
      if (shared !== undefined) lines.push(`      ${shared}`);
      for (const entry of files) write(entry, shared === undefined ? failureRemarks(entry) : []);
    }
  }
  lines.push('');
  return { text: lines.join('\n'), links };
}

/** A freed file is gone; one that was not restored never came. */
function isThere({ kind }: ReportEntry, work: Work): boolean {
  switch (work) {
    case 'back-up':
      return true;
    case 'restore':
      return kind === 'done';
    case 'free-up':
    case 'trash':
      return kind !== 'done';
  }
}

/** The files of one outcome, those with the commonest reason first. */
function byReason(entries: readonly ReportEntry[]): ReadonlyMap<string, readonly ReportEntry[]> {
  const groups = new Map<string, ReportEntry[]>();
  for (const entry of entries) {
    const reason = reasonOf(entry);
    const known = groups.get(reason);
    if (known === undefined) groups.set(reason, [entry]);
    else known.push(entry);
  }
  return new Map([...groups].sort(([, one], [, other]) => other.length - one.length));
}

function reasonOf({ failure, because }: ReportEntry): string {
  if (because !== undefined) return leftAloneText(because);
  return failure === undefined ? '' : failureText(failure);
}

/**
 * What is said of each of several files alike, apart from its own path: it stands once, above them.
 * Two hundred files of a folder that was moved fail with one sentence.
 */
function sharedRemark(entries: readonly ReportEntry[]): string | undefined {
  if (entries.length < 2) return undefined;
  const texts = new Set(
    entries.map(({ failure, path }) =>
      failure === undefined
        ? undefined
        : failureReport(failure.subject === path ? { ...failure, subject: '…' } : failure),
    ),
  );
  const [text] = texts;
  return texts.size === 1 ? text : undefined;
}

function failureRemarks({ failure }: ReportEntry): readonly string[] {
  return failure === undefined ? [] : [failureReport(failure)];
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
    case 'left-alone':
      return l10n.t('Left Alone');
    case 'done':
      return doneHeading(work);
  }
}

/** Lists what the report says about a file besides its size and its failure. */
function remarksOn({ restoredAs, replaced, notSet }: ReportEntry): readonly string[] {
  const remarks: string[] = [];
  if (restoredAs !== undefined) remarks.push(l10n.t('Restored as “{0}”.', restoredAs));
  if (replaced?.kind === 'trashed')
    remarks.push(l10n.t('The file that was there is in the trash.'));
  if (replaced?.kind === 'kept') {
    remarks.push(l10n.t('The file that was there is now “{0}”.', replaced.path));
  }
  if (notSet !== undefined) remarks.push(...notSet.map(notSetRemark));
  return remarks;
}

function notSetRemark(attribute: FileAttribute): string {
  switch (attribute) {
    case 'time':
      return l10n.t('The disk did not accept its time.');
    case 'permissions':
      return l10n.t('The disk did not accept its permissions.');
  }
}
