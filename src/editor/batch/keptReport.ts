import { l10n, type Memento } from 'vscode';
import { reportPage, type ReportEntry } from '../../protocol/reports';
import type { EngineClient } from '../client/engineClient';
import { filesNamed, type FinishedBatch } from './finishedBatch';
import { reportText, type ReportText } from './reportText';

/** What a later window can show of the last batch of an earlier one. */
interface Kept {
  readonly batch: FinishedBatch;
  readonly entries: readonly ReportEntry[];
}

/** Keeps the beginning of the last report with the workspace, what needs somebody first. */
export async function keepReport(
  {
    memory,
    engine,
  }: { readonly memory: Memento; readonly engine: Pick<EngineClient, 'sendRequest'> },
  batch: FinishedBatch,
): Promise<void> {
  const request = { planId: batch.report.planId, offset: 0, limit: maxKeptEntries };
  const { entries } = await engine.sendRequest(reportPage, request);
  // Settings may lead to proxies with passwords.
  const setups = batch.setups.map(setup => ({ ...setup, settings: {} }));
  await memory.update(key, { batch: { ...batch, setups }, entries } satisfies Kept);
}

/** The report of an earlier window's last batch, also as text. */
export interface KeptReport extends Kept {
  readonly shown: ReportText;
}

export function isReportKept(memory: Memento): boolean {
  return memory.get<Kept>(key) !== undefined;
}

export function keptReport(memory: Memento): KeptReport | undefined {
  const kept = memory.get<Kept>(key);
  if (kept === undefined) return undefined;
  const { batch, entries } = kept;
  const shown = reportText(batch, entries);
  const missing = filesNamed(batch.report) - entries.length;
  if (missing <= 0) return { ...kept, shown };
  const note = l10n.t(
    '{0} more files were in this report. They were not kept for a later window.',
    missing,
  );
  return { ...kept, shown: { ...shown, text: `${shown.text}\n${note}\n` } };
}

const key = 'lastReport';
const maxKeptEntries = 300;
