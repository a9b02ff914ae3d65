import { window, type Uri, type LogOutputChannel, type Memento } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import {
  dropPlan,
  planBackUp,
  type PlanRequest,
  type PlanSummary,
  type Scope,
} from '../../protocol/plans';
import type { Report } from '../../protocol/reports';
import { chosenScopes } from '../selection/chosenScopes';
import { comparedTargets, type ComparedTargetsDeps } from '../targets/comparedTargets';
import {
  confirmFirstPlan,
  isFirstPlan,
  type PlanAnswer,
  confirmReplacing,
  askAboutEmptying,
} from './confirmBackUp';
import { Failed } from '../failures/failed';
import { announceIgnored } from '../ignore/showRule';
import {
  announceNothingToDo,
  announceReport,
  type ReportMessageDeps,
} from '../batch/reportMessage';
import type { FinishedBatch, Reports } from '../batch/reports';
import { reviewDifferences } from './reviewDifferences';
import { runBatch } from '../batch/runBatch';
import { resolveTargets } from '../targets/resolveTargets';
import { askAboutUnsaved } from './askAboutUnsaved';
import { folderById } from '../targets/targets';
import type { TreeNode } from '../view/treeNode';
import { hintAtVersioning, type VersioningHintDeps } from '../hints/versioningHint';
import { viewId } from '../contributions/manifest';
import type { EngineClient } from '../client/engineClient';
import type { Ongoing } from '../client/ongoing';
import type { UnfinishedBatch } from '../batch/unfinishedBatch';

export interface BackUpDeps extends ComparedTargetsDeps, ReportMessageDeps, VersioningHintDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly ongoing: Ongoing;
  readonly reports: Reports;
  readonly unfinished: UnfinishedBatch;
  readonly memory: Memento;
}

/** Everything that is out of date or missing in the cloud; compares first where nothing has been. */
export async function backUpAll(deps: BackUpDeps): Promise<Report | undefined> {
  const setups = await comparedTargets(deps);
  return backUp(
    deps,
    setups.map(setup => ({ setup, scope: { kind: 'all' } })),
  );
}

/** Rows of the view, as the comparison at hand has them. */
export async function backUpNodes(
  deps: BackUpDeps,
  nodes: readonly TreeNode[],
): Promise<Report | undefined> {
  const whole = new Set(nodes.filter(node => node.kind === 'folder').map(node => node.folder));
  const chosen = await chosenScopes(deps, { kind: 'nodes', nodes });
  return backUp(
    deps,
    chosen.map(({ setup, scope }) => ({
      setup,
      scope: whole.has(setup.id) ? { kind: 'all' } : scope,
    })),
  );
}

/** Files and folders on the disk, with or without a comparison before. */
export async function backUpResources(
  deps: BackUpDeps,
  uris: readonly Uri[],
): Promise<Report | undefined> {
  return backUp(deps, await chosenScopes(deps, { kind: 'resources', uris }));
}

/** Conflicts that the user has decided to end by what is here. */
export function backUpMine(
  deps: BackUpDeps,
  decided: readonly { readonly setup: FolderSetup; readonly scope: Mine }[],
): Promise<Report | undefined> {
  return backUp(deps, decided);
}

type Mine = Extract<Scope, { kind: 'mine' }>;

/** What failed in a batch, judged anew. */
export async function retryBackUp(
  deps: BackUpDeps,
  { report, setups: concerned }: FinishedBatch,
): Promise<Report | undefined> {
  const folders = concerned.flatMap(({ id }) => folderById(id) ?? []);
  const setups = await resolveTargets(deps, folders);
  const { planId } = report;
  return backUp(
    deps,
    setups.map(setup => ({ setup, scope: { kind: 'failed', planId } })),
  );
}

/** What the user ticks in a list of all that is out of date or missing. */
export async function reviewAndBackUp(deps: BackUpDeps): Promise<Report | undefined> {
  const setups = await comparedTargets(deps);
  if (setups.length === 0) return undefined;
  const scopes = await reviewDifferences(deps.engine, setups);
  if (scopes === undefined) return undefined;
  if (scopes.length > 0) return backUp(deps, scopes);
  // Says why, as it does for all files.
  return backUp(
    deps,
    setups.map(setup => ({ setup, scope: { kind: 'all' } })),
  );
}

/** What batches that were cut off have left, by a comparison that has just been made. */
export function backUpUnfinished(
  deps: BackUpDeps,
  setups: readonly FolderSetup[],
): Promise<Report | undefined> {
  return backUp(
    deps,
    setups.map(setup => ({ setup, scope: { kind: 'remaining' } })),
  );
}

/** Plans, asks where the plan would do what needs a word, runs just that plan, and reports. */
async function backUp(
  deps: BackUpDeps,
  scopes: PlanRequest['folders'],
): Promise<Report | undefined> {
  if (scopes.length === 0) return undefined;
  const { engine, ongoing, reports, log } = deps;
  const summary = await window.withProgress({ location: { viewId } }, () =>
    ongoing.run(token => engine.request(planBackUp, { folders: scopes }, token)),
  );
  const setups = scopes.map(({ setup }) => setup);
  if (summary.files === 0) {
    const { ignored } = summary;
    if (ignored === undefined) announceNothingToDo(summary, setups);
    else void announceIgnored(deps, ignored, scopes, anyway => backUp(deps, anyway));
    return undefined;
  }
  const answer = await confirmPlan(deps, summary, scopes);
  if (answer !== 'back-up') {
    engine.tell(dropPlan, summary.planId);
    return answer === 'choose' ? reviewAndBackUp(deps) : undefined;
  }
  const { planId, files } = summary;
  const report = await deps.unfinished.during(setups, files, () =>
    runBatch(deps, { work: 'back-up', planId, files }),
  );
  const finished = reports.add(report, setups, summary.excluded['changed-in-cloud'] ?? 0);
  for (const { path, failure } of report.problems) {
    log.warn(`Not backed up: ${path}: ${failure.code} ${failure.cause ?? ''}`);
  }
  const [only] = report.problems;
  const isConflict = only?.failure.code === 'changed-in-cloud';
  if (report.planned === 1 && only !== undefined && !isConflict) throw new Failed(only.failure);
  void announceReport(deps, finished, () => retryBackUp(deps, finished));
  if (report.done > 0) void hintAtVersioning(deps, setups);
  return report;
}

/** Asks all that the plan needs a word for, the gravest first. */
async function confirmPlan(
  deps: BackUpDeps,
  summary: PlanSummary,
  scopes: PlanRequest['folders'],
): Promise<PlanAnswer> {
  const answer = await confirmWrites(deps, summary, scopes);
  if (answer !== 'back-up') return answer;
  const { engine } = deps;
  // Saving comes first: it may fill a file that is empty.
  const isSettled =
    (await askAboutUnsaved(engine, summary)) && (await askAboutEmptying(engine, summary));
  return isSettled ? 'back-up' : 'cancel';
}

/** The first plan of everything is shown; what would replace what is not ours is asked about. */
async function confirmWrites(
  { memory }: BackUpDeps,
  summary: PlanSummary,
  scopes: PlanRequest['folders'],
): Promise<PlanAnswer> {
  // Whoever has decided about conflicts was told what that replaces.
  if (scopes.every(({ scope }) => scope.kind === 'mine')) return 'back-up';
  const whole = scopes.filter(({ scope }) => scope.kind === 'all').map(({ setup }) => setup);
  if (isFirstPlan(memory, whole)) return confirmFirstPlan(memory, summary, whole);
  const folders = scopes.map(({ setup }) => setup.id);
  return (await confirmReplacing(summary, folders)) ? 'back-up' : 'cancel';
}
