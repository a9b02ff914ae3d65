import type { Uri, Memento } from 'vscode';
import type { FilePath, FolderSetup } from '../../protocol/folders';
import { planBackUp, type PlanRequest, type PlanSummary, type Scope } from '../../protocol/plans';
import type { Report } from '../../protocol/reports';
import { announceReport, type ReportMessageDeps } from '../batch/reportMessage';
import type { FinishedBatch } from '../batch/finishedBatch';
import { runPlanned, type PlannedKind, type RunPlannedDeps } from '../batch/runPlanned';
import { runCommand } from '../contributions/runCommand';
import { hintAtVersioning, type VersioningHintDeps } from '../hints/versioningHint';
import { announceIgnored } from '../ignore/showRule';
import { chosenScopes, failedScopes } from '../selection/chosenScopes';
import { comparedTargets, type ComparedTargetsDeps } from '../setUp/resolveTargets';
import { localUri } from '../view/fileLocation';
import { unsafeFiles } from '../view/statusLine';
import type { TreeNode } from '../view/treeNode';
import { announceNothingToBackUp } from './announceNothing';
import { offerToSaveUpToDate } from './askAboutUnsaved';
import { confirmBackUp } from './confirmBackUp';
import { reviewDifferences } from './reviewDifferences';

export type BackUpDeps = RunPlannedDeps &
  ReportMessageDeps &
  VersioningHintDeps &
  ComparedTargetsDeps & {
    /** Of this user, over all windows. */
    readonly memory: Memento;
  };

/** Backs up everything that is out of date or missing in the cloud; compares first if needed. */
export async function backUpAll(deps: BackUpDeps): Promise<Report | undefined> {
  // The plan looks at the disk, and may find more.
  const seen = unsafeFiles(deps.engine.state.comparisons).toBackUp;
  const setups = await comparedTargets(deps);
  return backUp(
    deps,
    setups.map(setup => ({ setup, scope: { kind: 'all' } })),
    seen,
  );
}

/** Backs up rows of the view, as judged by the current comparison. */
export async function backUpNodes(
  deps: BackUpDeps,
  nodes: readonly TreeNode[],
): Promise<Report | undefined> {
  const whole = new Set(nodes.filter(node => node.kind === 'folder').map(node => node.folder));
  const compared = deps.engine.state.comparisons.filter(({ folder }) => whole.has(folder));
  const isCounted = nodes.every(({ folder }) => whole.has(folder));
  const seen = isCounted ? unsafeFiles(compared).toBackUp : undefined;
  const chosen = await chosenScopes(deps, { kind: 'nodes', nodes });
  return backUp(
    deps,
    chosen.map(({ setup, scope }) => ({
      setup,
      scope: whole.has(setup.id) ? { kind: 'all' } : scope,
    })),
    seen,
  );
}

/** Backs up files and folders on the disk; needs no comparison. */
export async function backUpResources(
  deps: BackUpDeps,
  uris: readonly Uri[],
): Promise<Report | undefined> {
  return backUp(deps, await chosenScopes(deps, { kind: 'resources', uris }));
}

/** Resolves conflicts by replacing the cloud copies with the local files. */
export function backUpMine(
  deps: BackUpDeps,
  decided: readonly { readonly setup: FolderSetup; readonly scope: Mine }[],
): Promise<Report | undefined> {
  return backUp(deps, decided);
}

type Mine = Extract<Scope, { kind: 'mine' }>;

/** Backs up again what failed in a batch, judged anew. */
export async function retryBackUp(
  deps: BackUpDeps,
  batch: FinishedBatch,
): Promise<Report | undefined> {
  return backUp(deps, await failedScopes(deps, batch));
}

/** Backs up what the user ticks in a list of everything that is out of date or missing. */
export async function reviewAndBackUp(
  deps: BackUpDeps,
  ticked: 'all' | 'none' = 'none',
): Promise<Report | undefined> {
  const setups = await comparedTargets(deps);
  if (setups.length === 0) return undefined;
  const reviewed = await reviewDifferences(deps, setups, ticked);
  if (reviewed === undefined) return undefined;
  // While the list is open, a folder that was ticked may grow.
  if (reviewed.scopes.length > 0) return backUp(deps, reviewed.scopes, reviewed.files);
  // This says why there is nothing to choose from.
  return backUp(
    deps,
    setups.map(setup => ({ setup, scope: { kind: 'all' } })),
  );
}

/** Backs up what interrupted batches have left, by a comparison that has just been made. */
export function backUpUnfinished(
  deps: BackUpDeps,
  setups: readonly FolderSetup[],
): Promise<Report | undefined> {
  return backUp(
    deps,
    setups.map(setup => ({ setup, scope: { kind: 'unfinished' } })),
  );
}

async function backUp(
  deps: BackUpDeps,
  scopes: PlanRequest['folders'],
  seen?: number,
): Promise<Report | undefined> {
  if (!(await offerToSaveUpToDate(deps, scopes))) return undefined;
  return runPlanned(deps, backUpKind(seen), scopes);
}

/** Shows what would be replaced beside the file that would replace it. */
async function lookFirst(
  { unknownOrigin: { examples } }: PlanSummary,
  [first]: PlanRequest['folders'],
): Promise<undefined> {
  const uri = first && localUri(first.setup.id, (examples[0] ?? '') as FilePath);
  if (uri !== undefined) await runCommand('s3Backup.diff', uri);
}

/** @param seen How many files the user saw, where somebody counted them. */
const backUpKind = (seen: number | undefined): PlannedKind<BackUpDeps, Scope, PlanSummary> => ({
  request: planBackUp,
  isEmpty: ({ files }) => files === 0,
  announceNothing: (deps, { summary, scopes }) => {
    const { ignored } = summary;
    if (ignored !== undefined) {
      void announceIgnored(deps, { ...ignored, scopes, backUp: anyway => backUp(deps, anyway) });
      return;
    }
    const setups = scopes.map(({ setup }) => setup);
    announceNothingToBackUp(summary, setups);
  },
  confirm: async (deps, { summary, scopes }) => {
    const answer = await confirmBackUp(deps, summary, scopes, seen);
    switch (answer.kind) {
      case 'back-up': {
        const { files, excluded } = answer.plan;
        const conflicts = excluded['changed-in-cloud'] ?? 0;
        return { kind: 'run', work: 'back-up', files, conflicts };
      }
      case 'choose':
        return { kind: 'instead', run: () => reviewAndBackUp(deps, 'all') };
      case 'look':
        return { kind: 'instead', run: () => lookFirst(summary, scopes) };
      case 'cancel':
        return { kind: 'cancel' };
    }
  },
  failedLabel: 'Not backed up',
  explained: ['changed-in-cloud'],
  isResumable: true,
  announce: (deps, finished) => {
    const retry = () => retryBackUp(deps, finished);
    void announceReport(deps, finished, { retry, first: [] });
    if (finished.report.done > 0) void hintAtVersioning(deps, finished.setups);
  },
});
