import { window, l10n } from 'vscode';
import type { FilePath, FolderSetup } from '../../protocol/folders';
import type { Report } from '../../protocol/reports';
import {
  chooseConflicts,
  planRestore,
  type ConflictChoices,
  type RestoreRequest,
  type RestoreScope,
  type RestoreSummary,
} from '../../protocol/restore';
import type { Group } from '../../protocol/verdicts';
import { announceReport, type ReportButton, type ReportMessageDeps } from '../batch/reportMessage';
import type { FinishedBatch } from '../batch/reports';
import {
  runPlanned,
  type PlannedKind,
  type Confirmation,
  type RunPlannedDeps,
} from '../batch/runPlanned';
import { formatFiles } from '../format/quantity';
import { chosenScopes, failedScopes } from '../selection/chosenScopes';
import type { ActiveSelectionDeps, Selection } from '../selection/selection';
import { comparedTargets, type ComparedTargetsDeps } from '../setUp/resolveTargets';
import { askWhatToRestore } from './askWhatToRestore';
import { confirmRestore } from './confirmRestore';
import { requestFromArchive, type RequestFromArchiveDeps } from './requestFromArchive';

export type RestoreFilesDeps = RunPlannedDeps &
  ReportMessageDeps &
  RequestFromArchiveDeps &
  ActiveSelectionDeps &
  ComparedTargetsDeps;

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
  batch: FinishedBatch,
): Promise<Report | undefined> {
  return restore(deps, await failedScopes(deps, batch));
}

function restore(
  deps: RestoreFilesDeps,
  scopes: RestoreRequest['folders'],
): Promise<Report | undefined> {
  return runPlanned(deps, restoreKind, scopes);
}

const restoreKind: PlannedKind<RestoreFilesDeps, RestoreScope, RestoreSummary> = {
  request: planRestore,
  isEmpty: ({ files, refused }) => files + refused.files === 0,
  announceNothing: (_, { summary }) => {
    announceNothingToRestore(summary);
  },
  confirm: async ({ engine }, { summary, scopes }) => {
    const run = (files: number): Confirmation => {
      return { kind: 'run', work: 'restore', files, conflicts: 0 };
    };
    // Nothing is left to do but to say why.
    if (summary.files === 0) return run(0);
    const setups = scopes.map(({ setup }) => setup);
    const choices = await confirmRestore(summary, setups);
    if (choices === undefined) return { kind: 'cancel' };
    await engine.sendRequest(chooseConflicts, choices);
    const files = summary.files - skippedBy(choices, summary);
    // Whoever skips everything there was need not be told so.
    return files + summary.refused.files === 0 ? { kind: 'cancel' } : run(files);
  },
  failedLabel: 'Not restored',
  explained: ['archived'],
  isResumable: false,
  announce: (deps, finished) => {
    const retry = () => retryRestore(deps, finished);
    const { archived = 0 } = finished.report.reasons;
    const request: ReportButton = {
      title: l10n.t('Request from Archive…'),
      run: () => requestFromArchive(deps, finished),
    };
    void announceReport(deps, finished, { retry, first: archived > 0 ? [request] : [] });
  },
};

function skippedBy({ choice, except }: ConflictChoices, { conflicts }: RestoreSummary): number {
  const others = except.filter(each => (each.choice === 'skip') !== (choice === 'skip')).length;
  return choice === 'skip' ? conflicts.files - others : others;
}

/** Says why there was nothing to restore. */
function announceNothingToRestore({ excluded }: RestoreSummary): void {
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
