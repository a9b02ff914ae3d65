import { l10n, window, type LogOutputChannel } from 'vscode';
import { chooseFreeUpMethod, planFreeUp, type FreeUpRequest } from '../../protocol/freeUp';
import { dropPlan } from '../../protocol/plans';
import type { Report } from '../../protocol/reports';
import type { FinishedBatch, Reports } from '../batch/reports';
import { runBatch } from '../batch/runBatch';
import type { EngineClient } from '../client/engineClient';
import type { Ongoing } from '../client/ongoing';
import { viewId } from '../contributions/manifest';
import { Failed } from '../failures/failed';
import { activeSelection, type ActiveSelectionDeps } from '../selection/activeSelection';
import { chosenScopes } from '../selection/chosenScopes';
import type { Selection } from '../selection/selection';
import { comparedTargets, type ComparedTargetsDeps } from '../targets/comparedTargets';
import { resolveTargets } from '../targets/resolveTargets';
import { folderById } from '../targets/targets';
import { announceFreeUp, type AnnounceFreedDeps } from './announceFreeUp';
import { confirmFreeUp, keptNumbers } from './confirmFreeUp';

interface FreeUpSpaceDeps extends AnnounceFreedDeps, ActiveSelectionDeps, ComparedTargetsDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly ongoing: Ongoing;
  readonly reports: Reports;
}

/**
 * Lets local files go that are proved to be in the cloud: those that were chosen, or all of them.
 * Shows first what goes and what stays.
 */
export async function freeUpSpace(
  deps: FreeUpSpaceDeps,
  selection: Selection,
): Promise<Report | undefined> {
  return freeUp(deps, await scopesOf(deps, selection));
}

/** What failed in an earlier batch. */
export async function retryFreeUp(
  deps: FreeUpSpaceDeps,
  { report: { planId }, setups: concerned }: FinishedBatch,
): Promise<Report | undefined> {
  const folders = concerned.flatMap(({ id }) => folderById(id) ?? []);
  const setups = await resolveTargets(deps, folders);
  return freeUp(
    deps,
    setups.map(setup => ({ setup, scope: { kind: 'failed', planId } })),
  );
}

/** Plans, shows the plan, runs just that in the way that was chosen, and reports. */
async function freeUp(
  deps: FreeUpSpaceDeps,
  scopes: FreeUpRequest['folders'],
): Promise<Report | undefined> {
  const { engine, ongoing, reports, log } = deps;
  if (scopes.length === 0) return undefined;
  const summary = await window.withProgress({ location: { viewId } }, () =>
    ongoing.run(token => engine.request(planFreeUp, { folders: scopes }, token)),
  );
  const { planId, files, kept } = summary;
  if (files === 0) {
    void window.showInformationMessage(
      kept.length === 0
        ? l10n.t('There is nothing here to free.')
        : l10n.t('Nothing here can be freed: {0}.', keptNumbers(kept)),
    );
    return undefined;
  }
  const method = await confirmFreeUp(summary);
  if (method === undefined) {
    engine.tell(dropPlan, planId);
    return undefined;
  }
  await engine.request(chooseFreeUpMethod, { planId, method });
  const work = method === 'delete' ? 'free-up' : 'trash';
  const report = await runBatch(deps, { work, planId, files });
  const finished = reports.add(
    report,
    scopes.map(({ setup }) => setup),
    0,
  );
  for (const { path, failure } of report.problems) {
    log.warn(`Not freed: ${path}: ${failure.code} ${failure.cause ?? ''}`);
  }
  const [only] = report.problems;
  if (report.planned === 1 && only !== undefined) throw new Failed(only.failure);
  void announceFreeUp(deps, finished, () => retryFreeUp(deps, finished));
  return report;
}

/** What is selected in the view, or, where nothing was chosen at all, everything that is proved. */
async function scopesOf(
  deps: FreeUpSpaceDeps,
  selection: Selection,
): Promise<FreeUpRequest['folders']> {
  if (selection.kind !== 'nothing') return chosenScopes(deps, selection);
  const meant = activeSelection(deps);
  // A file that only happens to be open is not meant.
  if (meant.kind === 'nodes') return chosenScopes(deps, meant);
  const setups = await comparedTargets(deps);
  return setups.map(setup => ({ setup, scope: { kind: 'all' } }));
}
