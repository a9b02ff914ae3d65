import { l10n } from 'vscode';
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
import { showNothing } from '../batch/nothingMessage';
import { announceReport, type ReportButton, type ReportMessageDeps } from '../batch/reportMessage';
import type { FinishedBatch } from '../batch/finishedBatch';
import {
  runPlanned,
  type PlannedKind,
  type Confirmation,
  type RunPlannedDeps,
} from '../batch/runPlanned';
import { chosenScopes, failedScopes } from '../selection/chosenScopes';
import type { Everything, Selection } from '../selection/selection';
import { comparedTargets, type ComparedTargetsDeps } from '../setUp/resolveTargets';
import { confirmRestore } from './confirmRestore';
import { requestFromArchive, type RequestFromArchiveDeps } from './requestFromArchive';
import { excludedNumbers } from '../batch/reportWords';

export type RestoreFilesDeps = RunPlannedDeps &
  ReportMessageDeps &
  RequestFromArchiveDeps &
  ComparedTargetsDeps;

/** Restores the selection, or all that is in the cloud. */
export async function restoreSelection(
  deps: RestoreFilesDeps,
  meant: Selection | Everything,
): Promise<Report | undefined> {
  if (meant.kind !== 'everything') return restore(deps, await chosenScopes(deps, meant));
  const setups = await comparedTargets(deps);
  return restore(
    deps,
    setups.map(setup => ({ setup, scope: { kind: 'all' } })),
  );
}

/** Restores an older version of one file. */
export function restoreVersion(
  deps: RestoreFilesDeps,
  { setup, path, versionId }: FileVersion,
): Promise<Report | undefined> {
  return restore(deps, [{ setup, scope: { kind: 'version', path, versionId } }]);
}

interface FileVersion {
  readonly setup: FolderSetup;
  readonly path: FilePath;
  readonly versionId: string;
}

/** Resolves conflicts by restoring the cloud copies. */
export function restoreTheirs(
  deps: RestoreFilesDeps,
  decided: RestoreRequest['folders'],
): Promise<Report | undefined> {
  return restore(deps, decided);
}

/** Restores again what failed in a batch. */
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
    // The run only reports why each file is refused.
    if (summary.files === 0) return run(0);
    const setups = scopes.map(({ setup }) => setup);
    const choices = await confirmRestore(summary, setups);
    if (choices === undefined) return { kind: 'cancel' };
    await engine.sendRequest(chooseConflicts, choices);
    const files = summary.files - skippedFiles(choices, summary);
    // A report that all was skipped would tell the user nothing new.
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

function skippedFiles({ choice, except }: ConflictChoices, { conflicts }: RestoreSummary): number {
  const others = except.filter(each => (each.choice === 'skip') !== (choice === 'skip')).length;
  return choice === 'skip' ? conflicts.files - others : others;
}

/** Says why there is nothing to restore. */
function announceNothingToRestore({ excluded }: RestoreSummary): void {
  const takenGroups = ['changed-in-cloud', 'out-of-date', 'only-in-cloud'] as const;
  const numbers = excludedNumbers(excluded, takenGroups);
  const text =
    numbers === '' ? l10n.t('Nothing to restore.') : l10n.t('Nothing to restore: {0}.', numbers);
  showNothing(text, excluded, ['up-to-date', 'missing-in-cloud']);
}
