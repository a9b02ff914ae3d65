import { window, type LogOutputChannel, l10n } from 'vscode';
import type { FilePath, FolderSetup } from '../../protocol/folders';
import { dropPlan } from '../../protocol/plans';
import type { Report } from '../../protocol/reports';
import {
  chooseConflicts,
  planRestore,
  type ConflictChoices,
  type RestoreRequest,
  type RestoreSummary,
} from '../../protocol/restore';
import type { Group } from '../../protocol/verdicts';
import { announceReport, type ReportMessageDeps } from '../batch/reportMessage';
import type { FinishedBatch, Reports } from '../batch/reports';
import { runBatch } from '../batch/runBatch';
import type { EngineClient } from '../client/engineClient';
import type { Ongoing } from '../client/ongoing';
import { viewId } from '../contributions/manifest';
import { Failed } from '../failures/failed';
import { formatFiles } from '../format/quantity';
import type { ActiveSelectionDeps } from '../selection/activeSelection';
import { chosenScopes } from '../selection/chosenScopes';
import type { Selection } from '../selection/selection';
import { comparedTargets, type ComparedTargetsDeps } from '../targets/comparedTargets';
import { resolveTargets } from '../targets/resolveTargets';
import { folderById } from '../targets/targets';
import { askWhatToRestore } from './askWhatToRestore';
import { confirmRestore } from './confirmRestore';

export interface RestoreFilesDeps
  extends ActiveSelectionDeps, ComparedTargetsDeps, ReportMessageDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly ongoing: Ongoing;
  readonly reports: Reports;
}

/** Restores what is selected; called without a selection, what the user means by that. */
export async function restoreSelection(
  deps: RestoreFilesDeps,
  selection: Selection,
): Promise<Report | undefined> {
  const meant = selection.kind === 'nothing' ? await askWhatToRestore(deps) : selection;
  if (meant === undefined) return undefined;
  if (meant !== 'everything') return restore(deps, await chosenScopes(deps, meant));
  const setups = await comparedTargets(deps);
  return restore(
    deps,
    setups.map(setup => ({ setup, scope: { kind: 'all' } })),
  );
}

/** One file as an older copy of it was. */
export function restoreVersion(
  deps: RestoreFilesDeps,
  setup: FolderSetup,
  path: FilePath,
  versionId: string,
): Promise<Report | undefined> {
  return restore(deps, [{ setup, scope: { kind: 'version', path, versionId } }]);
}

/** Conflicts that the user has decided to end by what is in the cloud. */
export function restoreTheirs(
  deps: RestoreFilesDeps,
  decided: RestoreRequest['folders'],
): Promise<Report | undefined> {
  return restore(deps, decided);
}

/** What failed in an earlier restore. */
export async function retryRestore(
  deps: RestoreFilesDeps,
  { report: { planId }, setups: concerned }: FinishedBatch,
): Promise<Report | undefined> {
  const folders = concerned.flatMap(({ id }) => folderById(id) ?? []);
  const setups = await resolveTargets(deps, folders);
  return restore(
    deps,
    setups.map(setup => ({ setup, scope: { kind: 'failed', planId } })),
  );
}

/** Plans, shows the plan, asks about local files in the way, runs just that, and reports. */
async function restore(
  deps: RestoreFilesDeps,
  scopes: RestoreRequest['folders'],
): Promise<Report | undefined> {
  if (scopes.length === 0) return undefined;
  const { engine, ongoing, reports, log } = deps;
  const summary = await window.withProgress({ location: { viewId } }, () =>
    ongoing.run(token => engine.request(planRestore, { folders: scopes }, token)),
  );
  const setups = scopes.map(({ setup }) => setup);
  if (summary.files + summary.refused.files === 0) {
    announceNothingToRestore(summary);
    return undefined;
  }
  const files = await settle(deps, summary, setups);
  if (files === undefined) {
    engine.tell(dropPlan, summary.planId);
    return undefined;
  }
  const { planId } = summary;
  const report = await runBatch(deps, { work: 'restore', planId, files });
  const finished = reports.add(report, setups, 0);
  for (const { path, failure } of report.problems) {
    log.warn(`Not restored: ${path}: ${failure.code} ${failure.cause ?? ''}`);
  }
  const [only] = report.problems;
  const isArchived = only?.failure.code === 'archived';
  if (report.planned === 1 && only !== undefined && !isArchived) throw new Failed(only.failure);
  void announceReport(deps, finished, () => retryRestore(deps, finished));
  return report;
}

/** Gives how many files are to be restored by the user's word; `undefined` for none. */
async function settle(
  { engine }: RestoreFilesDeps,
  summary: RestoreSummary,
  setups: readonly FolderSetup[],
): Promise<number | undefined> {
  // All that is left to do is to say why.
  if (summary.files === 0) return 0;
  const choices = await confirmRestore(summary, setups);
  if (choices === undefined) return undefined;
  await engine.request(chooseConflicts, choices);
  const files = summary.files - skippedBy(choices, summary);
  // Whoever skips all that there was has nothing to be told.
  return files + summary.refused.files === 0 ? undefined : files;
}

function skippedBy({ choice, except }: ConflictChoices, { conflicts }: RestoreSummary): number {
  const others = except.filter(each => (each.choice === 'skip') !== (choice === 'skip')).length;
  return choice === 'skip' ? conflicts.files - others : others;
}

/** Says why there was nothing to restore. */
export function announceNothingToRestore({ excluded }: RestoreSummary): void {
  const reasons = (Object.entries(excluded) as [Group, number][]).map(([group, count]) =>
    reasonText(group, formatFiles(count)),
  );
  void window.showInformationMessage(
    reasons.length === 0
      ? l10n.t('There is nothing to restore.')
      : l10n.t('There is nothing to restore: {0}.', reasons.join(', ')),
  );
}

function reasonText(group: Group, files: string): string {
  switch (group) {
    case 'up-to-date':
      return l10n.t('{0} up to date', files);
    case 'missing-in-cloud':
      return l10n.t('{0} missing in the cloud', files);
    case 'lost':
      return l10n.t('{0} lost', files);
    case 'ignored':
      return l10n.t('{0} ignored', files);
    case 'unchecked':
      return l10n.t('{0} that could not be checked', files);
    case 'changed-in-cloud':
    case 'out-of-date':
    case 'only-in-cloud':
      // These are what a plan takes; left alone, they are on their way already.
      return l10n.t('{0} under way', files);
  }
}
