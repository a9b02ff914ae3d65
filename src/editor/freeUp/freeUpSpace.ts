import { l10n, window } from 'vscode';
import { chooseFreeWay, planFreeUp, type FreeRequest } from '../../protocol/freeUp';
import { dropPlan } from '../../protocol/plans';
import type { Report } from '../../protocol/reports';
import { atHand } from '../selection/activeSelection';
import { chosenScopes } from '../selection/chosenScopes';
import { comparedTargets } from '../targets/comparedTargets';
import { Failed } from '../failures/failed';
import type { Parts } from '../services';
import type { FinishedBatch } from '../batch/reports';
import { runBatch } from '../batch/runBatch';
import type { Selection } from '../selection/selection';
import { settleTargets } from '../targets/resolveTargets';
import { folderById } from '../targets/targets';
import { viewId } from '../contributions/viewId';
import { announceFreed } from './announceFreed';
import { confirmFreeing } from './confirmFreeing';
import { stayNumbers } from './keptWords';

/**
 * Lets local files go that are proved to be in the cloud: those that were chosen, or all of them.
 * Shows first what goes and what stays.
 */
export async function freeUpSpace(parts: Parts, selection: Selection): Promise<Report | undefined> {
  return freeUp(parts, await scopesOf(parts, selection));
}

/** What failed in an earlier batch. */
export async function retryFreeing(
  parts: Parts,
  { report: { planId }, setups: concerned }: FinishedBatch,
): Promise<Report | undefined> {
  const folders = concerned.flatMap(({ id }) => folderById(id) ?? []);
  const setups = await settleTargets(parts, folders);
  return freeUp(
    parts,
    setups.map(setup => ({ setup, scope: { kind: 'failed', planId } })),
  );
}

/** Plans, shows the plan, runs just that in the way that was chosen, and reports. */
async function freeUp(parts: Parts, scopes: FreeRequest['parts']): Promise<Report | undefined> {
  const { engine, ongoing, reports, log } = parts;
  if (scopes.length === 0) return undefined;
  const summary = await window.withProgress({ location: { viewId } }, () =>
    ongoing.run(token => engine.request(planFreeUp, { parts: scopes }, token)),
  );
  const { planId, files, stays } = summary;
  if (files === 0) {
    void window.showInformationMessage(
      stays.length === 0
        ? l10n.t('There is nothing here to free.')
        : l10n.t('Nothing here can be freed: {0}.', stayNumbers(stays)),
    );
    return undefined;
  }
  const way = await confirmFreeing(summary);
  if (way === undefined) {
    engine.tell(dropPlan, planId);
    return undefined;
  }
  await engine.request(chooseFreeWay, { planId, way });
  const work = way === 'delete' ? 'free-up' : 'trash';
  const report = await runBatch(parts, { work, planId, files });
  const finished = reports.add(
    report,
    scopes.map(({ setup }) => setup),
    0,
  );
  for (const { path, failure } of report.troubles) {
    log.warn(`Not freed: ${path}: ${failure.code} ${failure.cause ?? ''}`);
  }
  const [only] = report.troubles;
  if (report.planned === 1 && only !== undefined) throw new Failed(only.failure);
  void announceFreed(parts, finished, () => retryFreeing(parts, finished));
  return report;
}

/** What is selected in the view, or, where nothing was chosen at all, everything that is proved. */
async function scopesOf(parts: Parts, selection: Selection): Promise<FreeRequest['parts']> {
  if (selection.kind !== 'nothing') return chosenScopes(parts, selection);
  const meant = atHand(parts);
  // A file that only happens to be open is not meant.
  if (meant.kind === 'nodes') return chosenScopes(parts, meant);
  const setups = await comparedTargets(parts);
  return setups.map(setup => ({ setup, scope: { kind: 'all' } }));
}
