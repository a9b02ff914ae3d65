import { window, workspace, type Uri } from 'vscode';
import {
  dropPlan,
  planBackUp,
  type FolderSetup,
  type PlanRequest,
  type PlanSummary,
  type Report,
} from '../protocol';
import { confirmFirstPlan, isFirstPlan, type PlanAnswer } from './confirmFirstPlan';
import { confirmReplacing } from './confirmReplacing';
import { Failed } from './failed';
import { noPlace } from './noPlace';
import type { Parts } from './parts';
import { announceNothingToDo, announceReport } from './reportMessage';
import type { FinishedBatch } from './reports';
import { reviewDifferences } from './reviewDifferences';
import { runBatch } from './runBatch';
import { settleEmptying } from './settleEmptying';
import { settleTargets } from './settleTarget';
import { settleUnsaved } from './settleUnsaved';
import { folderById, folderId, localFolders } from './targets';
import { placeOf, type BranchNode, type TreeNode } from './treeNode';
import { viewId } from './viewId';

/** Everything that is out of date or missing in the cloud; compares first where nothing has been. */
export async function backUpAll(parts: Parts): Promise<Report | undefined> {
  const setups = await comparedTargets(parts);
  return backUp(
    parts,
    setups.map(setup => ({ setup, scope: { kind: 'all' } })),
  );
}

/** Rows of the view, as the comparison at hand has them. */
export async function backUpNodes(
  parts: Parts,
  nodes: readonly TreeNode[],
): Promise<Report | undefined> {
  const ids = new Set(nodes.map(node => node.folder));
  const setups = await settleTargets(
    parts,
    [...ids].flatMap(id => folderById(id) ?? []),
  );
  return backUp(
    parts,
    setups.map(setup => {
      const own = nodes.filter(node => node.folder === setup.id);
      if (own.some(node => node.kind === 'folder')) return { setup, scope: { kind: 'all' } };
      const places = own.filter(isBranch).map(placeOf);
      return { setup, scope: { kind: 'nodes', nodes: places } };
    }),
  );
}

/** Files and folders on the disk, with or without a comparison before. */
export async function backUpResources(
  parts: Parts,
  uris: readonly Uri[],
): Promise<Report | undefined> {
  const located = uris
    .filter(uri => uri.scheme === 'file')
    .flatMap(uri => ({ path: uri.fsPath, folder: workspace.getWorkspaceFolder(uri) }));
  const folders = new Set(located.flatMap(({ folder }) => folder ?? []));
  if (folders.size === 0) throw noPlace(uris);
  const setups = await settleTargets(parts, [...folders]);
  return backUp(
    parts,
    setups.map(setup => {
      const own = located.filter(({ folder }) => folder && folderId(folder) === setup.id);
      return { setup, scope: { kind: 'resources', paths: own.map(({ path }) => path) } };
    }),
  );
}

/** What failed in a batch, judged anew. */
export async function retryFailed(
  parts: Parts,
  { report, setups: concerned }: FinishedBatch,
): Promise<Report | undefined> {
  const folders = concerned.flatMap(({ id }) => folderById(id) ?? []);
  const setups = await settleTargets(parts, folders);
  const { planId } = report;
  return backUp(
    parts,
    setups.map(setup => ({ setup, scope: { kind: 'failed', planId } })),
  );
}

/** What the user ticks in a list of all that is out of date or missing. */
export async function reviewAndBackUp(parts: Parts): Promise<Report | undefined> {
  const setups = await comparedTargets(parts);
  if (setups.length === 0) return undefined;
  const scopes = await reviewDifferences(parts.engine, setups);
  if (scopes === undefined) return undefined;
  if (scopes.length > 0) return backUp(parts, scopes);
  // Says why, as it does for all files.
  return backUp(
    parts,
    setups.map(setup => ({ setup, scope: { kind: 'all' } })),
  );
}

/** The folders that are backed up, compared where that has not been done. */
async function comparedTargets(parts: Parts): Promise<readonly FolderSetup[]> {
  const setups = await settleTargets(parts, localFolders());
  // A comparison with an earlier target may still be there for a moment.
  const isCompared = ({ id, bucket, prefix }: FolderSetup): boolean =>
    parts.engine.state.comparisons.some(
      known => known.folder === id && known.bucket === bucket && known.prefix === prefix,
    );
  const fresh = setups.filter(setup => !isCompared(setup));
  if (fresh.length > 0) await parts.comparisons.run(fresh);
  return setups;
}

/** Plans, asks where the plan would do what needs a word, runs just that plan, and reports. */
async function backUp(parts: Parts, scopes: PlanRequest['parts']): Promise<Report | undefined> {
  if (scopes.length === 0) return undefined;
  const { engine, ongoing, reports, log } = parts;
  const summary = await window.withProgress({ location: { viewId } }, () =>
    ongoing.run(token => engine.request(planBackUp, { parts: scopes }, token)),
  );
  if (summary.files === 0) {
    announceNothingToDo(summary);
    return undefined;
  }
  const setups = scopes.map(({ setup }) => setup);
  const answer = await confirmPlan(parts, summary, scopes);
  if (answer !== 'back-up') {
    engine.tell(dropPlan, summary.planId);
    return answer === 'choose' ? reviewAndBackUp(parts) : undefined;
  }
  const report = await runBatch(parts, summary);
  const finished = reports.add(report, setups);
  for (const { path, failure } of report.troubles) {
    log.warn(`Not backed up: ${path}: ${failure.code} ${failure.cause ?? ''}`);
  }
  const [only] = report.troubles;
  if (report.planned === 1 && only !== undefined) throw new Failed(only.failure);
  void announceReport(parts, finished, () => retryFailed(parts, finished));
  return report;
}

/** Asks all that the plan needs a word for, the gravest first. */
async function confirmPlan(
  parts: Parts,
  summary: PlanSummary,
  scopes: PlanRequest['parts'],
): Promise<PlanAnswer> {
  const answer = await confirmWrites(parts, summary, scopes);
  if (answer !== 'back-up') return answer;
  const { engine } = parts;
  // Saving comes first: it may fill a file that is empty.
  const isSettled =
    (await settleUnsaved(engine, summary)) && (await settleEmptying(engine, summary));
  return isSettled ? 'back-up' : 'cancel';
}

/** The first plan of everything is shown; what would replace what is not ours is asked about. */
async function confirmWrites(
  { memory }: Parts,
  summary: PlanSummary,
  scopes: PlanRequest['parts'],
): Promise<PlanAnswer> {
  const whole = scopes.filter(({ scope }) => scope.kind === 'all').map(({ setup }) => setup);
  if (isFirstPlan(memory, whole)) return confirmFirstPlan(memory, summary, whole);
  const folders = scopes.map(({ setup }) => setup.id);
  return (await confirmReplacing(summary, folders)) ? 'back-up' : 'cancel';
}

function isBranch(node: TreeNode): node is BranchNode {
  return node.kind === 'group' || node.kind === 'row';
}
