import { window, workspace, type Uri } from 'vscode';
import {
  dropPlan,
  planBackUp,
  runPlan,
  type FolderSetup,
  type PlanRequest,
  type PlanSummary,
  type Report,
} from '../protocol';
import { showBatch } from './batchProgress';
import { confirmReplacing } from './confirmReplacing';
import { Failed } from './failed';
import { noPlace } from './noPlace';
import type { Parts } from './parts';
import { announceNothingToDo, announceReport } from './reportMessage';
import { settleTargets } from './settleTarget';
import { folderById, folderId, localFolders } from './targets';
import { placeOf, type BranchNode, type TreeNode } from './treeNode';
import { viewId } from './viewId';

/** Everything that is out of date or missing in the cloud; compares first where nothing has been. */
export async function backUpAll(parts: Parts): Promise<Report | undefined> {
  const setups = await settleTargets(parts, localFolders());
  // A comparison with an earlier target may still be there for a moment.
  const isCompared = ({ id, bucket, prefix }: FolderSetup): boolean =>
    parts.engine.state.comparisons.some(
      known => known.folder === id && known.bucket === bucket && known.prefix === prefix,
    );
  const fresh = setups.filter(setup => !isCompared(setup));
  if (fresh.length > 0) await parts.comparisons.run(fresh);
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

/** Plans, asks where the plan would replace what is not ours, runs just that plan, and reports. */
async function backUp(parts: Parts, scopes: PlanRequest['parts']): Promise<Report | undefined> {
  if (scopes.length === 0) return undefined;
  const { engine, ongoing, log } = parts;
  const summary = await window.withProgress({ location: { viewId } }, () =>
    ongoing.run(token => engine.request(planBackUp, { parts: scopes }, token)),
  );
  if (summary.files === 0) {
    announceNothingToDo(summary);
    return undefined;
  }
  const folders = scopes.map(({ setup }) => setup.id);
  if (!(await confirmReplacing(summary, folders))) {
    engine.tell(dropPlan, summary.planId);
    return undefined;
  }
  const report = await runShown(parts, summary);
  for (const { path, failure } of report.troubles) {
    log.warn(`Not backed up: ${path}: ${failure.code} ${failure.cause ?? ''}`);
  }
  const [only] = report.troubles;
  if (report.planned === 1 && only !== undefined) throw new Failed(only.failure);
  announceReport(parts, report);
  return report;
}

function runShown({ engine, ongoing }: Parts, summary: PlanSummary): Promise<Report> {
  return ongoing.run(async (token, cancel) => {
    const running = engine.request(runPlan, summary.planId, token);
    // A single file's row shows all there is to see.
    if (summary.files > 1) showBatch(engine, summary, running, cancel);
    return await running;
  });
}

function isBranch(node: TreeNode): node is BranchNode {
  return node.kind === 'group' || node.kind === 'row';
}
