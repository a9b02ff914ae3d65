import { l10n, window } from 'vscode';
import {
  chooseFreeUpMethod,
  planFreeUp,
  type FreeUpRequest,
  type FreeUpSummary,
  type FreeUpScope,
} from '../../protocol/freeUp';
import type { Report } from '../../protocol/reports';
import type { FinishedBatch } from '../batch/finishedBatch';
import { runPlanned, type PlannedKind, type RunPlannedDeps } from '../batch/runPlanned';
import { chosenScopes, failedScopes, scopesOfBatch } from '../selection/chosenScopes';
import type { Everything, Selection } from '../selection/selection';
import { comparedTargets, type ComparedTargetsDeps } from '../setUp/resolveTargets';
import { showStatusMessage } from '../view/statusMessage';
import { announceFreeUp, type AnnounceFreeUpDeps } from './announceFreeUp';
import { confirmFreeUp, keptNumbers } from './confirmFreeUp';

type FreeUpSpaceDeps = RunPlannedDeps & AnnounceFreeUpDeps & ComparedTargetsDeps;

/**
 * Removes local files that are proved to be in the cloud: the selected ones, or all of them. First
 * shows what is removed and what is kept.
 */
export async function freeUpSpace(
  deps: FreeUpSpaceDeps,
  meant: Selection | Everything,
): Promise<Report | undefined> {
  return freeUp(deps, await scopesOf(deps, meant));
}

/** Frees again what failed in a batch. */
export async function retryFreeUp(
  deps: FreeUpSpaceDeps,
  batch: FinishedBatch,
): Promise<Report | undefined> {
  return freeUp(deps, await failedScopes(deps, batch));
}

/** Frees what a batch has kept, though it may come back with other times and permissions. */
async function freeAnyway(
  deps: FreeUpSpaceDeps,
  batch: FinishedBatch,
): Promise<Report | undefined> {
  return freeUp(deps, await scopesOfBatch(deps, batch, 'other-attributes'));
}

async function scopesOf(
  deps: FreeUpSpaceDeps,
  meant: Selection | Everything,
): Promise<FreeUpRequest['folders']> {
  if (meant.kind !== 'everything') return chosenScopes(deps, meant);
  const setups = await comparedTargets(deps);
  return setups.map(setup => ({ setup, scope: { kind: 'all' } }));
}

function freeUp(
  deps: FreeUpSpaceDeps,
  scopes: FreeUpRequest['folders'],
): Promise<Report | undefined> {
  return runPlanned(deps, freeUpKind, scopes);
}

const freeUpKind: PlannedKind<FreeUpSpaceDeps, FreeUpScope, FreeUpSummary> = {
  request: planFreeUp,
  isEmpty: ({ files }) => files === 0,
  announceNothing: (_, { summary: { kept } }) => {
    if (kept.length === 0) {
      showStatusMessage(l10n.t('No space to free up here.'), 'info');
    } else {
      void window.showInformationMessage(
        l10n.t('Nothing here can be freed: {0}.', keptNumbers(kept)),
      );
    }
  },
  confirm: async ({ engine }, { summary }) => {
    const method = await confirmFreeUp(summary);
    if (method === undefined) return { kind: 'cancel' };
    const { planId, files } = summary;
    await engine.sendRequest(chooseFreeUpMethod, { planId, method });
    const work = method === 'delete' ? 'free-up' : 'trash';
    return { kind: 'run', work, files, conflicts: 0 };
  },
  failedLabel: 'Not freed',
  explained: ['attributes-differ'],
  isResumable: false,
  announce: (deps, finished) => {
    void announceFreeUp(deps, finished, {
      retry: () => retryFreeUp(deps, finished),
      freeAnyway: () => freeAnyway(deps, finished),
    });
  },
};
