import { window } from 'vscode';
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
import { chosenScopes } from '../selection/chosenScopes';
import { comparedTargets } from '../targets/comparedTargets';
import { Failed } from '../failures/failed';
import type { Services } from '../services';
import { announceReport } from '../batch/reportMessage';
import type { FinishedBatch } from '../batch/reports';
import { runBatch } from '../batch/runBatch';
import type { Selection } from '../selection/selection';
import { resolveTargets } from '../targets/resolveTargets';
import { folderById } from '../targets/targets';
import { viewId } from '../contributions/viewId';
import { announceNothingToRestore } from './announceNothingToRestore';
import { askWhatToRestore } from './askWhatToRestore';
import { confirmRestore } from './confirmRestore';

/** Restores what is selected; called without a selection, what the user means by that. */
export async function restoreSelection(
  services: Services,
  selection: Selection,
): Promise<Report | undefined> {
  const meant = selection.kind === 'nothing' ? await askWhatToRestore(services) : selection;
  if (meant === undefined) return undefined;
  if (meant !== 'everything') return restore(services, await chosenScopes(services, meant));
  const setups = await comparedTargets(services);
  return restore(
    services,
    setups.map(setup => ({ setup, scope: { kind: 'all' } })),
  );
}

/** One file as an older copy of it was. */
export function restoreVersion(
  services: Services,
  setup: FolderSetup,
  path: FilePath,
  versionId: string,
): Promise<Report | undefined> {
  return restore(services, [{ setup, scope: { kind: 'version', path, versionId } }]);
}

/** Conflicts that the user has decided to end by what is in the cloud. */
export function restoreTheirs(
  services: Services,
  decided: RestoreRequest['folders'],
): Promise<Report | undefined> {
  return restore(services, decided);
}

/** What failed in an earlier restore. */
export async function retryRestore(
  services: Services,
  { report: { planId }, setups: concerned }: FinishedBatch,
): Promise<Report | undefined> {
  const folders = concerned.flatMap(({ id }) => folderById(id) ?? []);
  const setups = await resolveTargets(services, folders);
  return restore(
    services,
    setups.map(setup => ({ setup, scope: { kind: 'failed', planId } })),
  );
}

/** Plans, shows the plan, asks about local files in the way, runs just that, and reports. */
async function restore(
  services: Services,
  scopes: RestoreRequest['folders'],
): Promise<Report | undefined> {
  if (scopes.length === 0) return undefined;
  const { engine, ongoing, reports, log } = services;
  const summary = await window.withProgress({ location: { viewId } }, () =>
    ongoing.run(token => engine.request(planRestore, { folders: scopes }, token)),
  );
  const setups = scopes.map(({ setup }) => setup);
  if (summary.files + summary.refused.files === 0) {
    announceNothingToRestore(summary);
    return undefined;
  }
  const files = await settle(services, summary, setups);
  if (files === undefined) {
    engine.tell(dropPlan, summary.planId);
    return undefined;
  }
  const { planId } = summary;
  const report = await runBatch(services, { work: 'restore', planId, files });
  const finished = reports.add(report, setups, 0);
  for (const { path, failure } of report.problems) {
    log.warn(`Not restored: ${path}: ${failure.code} ${failure.cause ?? ''}`);
  }
  const [only] = report.problems;
  const isArchived = only?.failure.code === 'archived';
  if (report.planned === 1 && only !== undefined && !isArchived) throw new Failed(only.failure);
  void announceReport(services, finished, () => retryRestore(services, finished));
  return report;
}

/** Gives how many files are to be restored by the user's word; `undefined` for none. */
async function settle(
  { engine }: Services,
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
