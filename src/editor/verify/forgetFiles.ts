import { l10n, type LogOutputChannel } from 'vscode';
import { forgetLost } from '../../protocol/plans';
import type { EngineClient } from '../client/engineClient';
import { formatFiles } from '../format/quantity';
import { askBeforeLoss } from '../quickInput/askBeforeLoss';
import { chosenScopes } from '../selection/chosenScopes';
import type { Selection } from '../selection/selection';
import type { ResolveTargetsDeps } from '../setUp/resolveTargets';
import type { TreeNode } from '../view/treeNode';

interface ForgetFilesDeps extends ResolveTargetsDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
}

/** Asks, and then forgets files that are gone from both sides. */
export async function forgetFiles(deps: ForgetFilesDeps, selection: Selection): Promise<void> {
  if (selection.kind !== 'nodes') return;
  const nodes = selection.nodes.filter(isLost);
  if (nodes.length === 0) return;
  const answer = await askBeforeLoss({
    question: question(deps, nodes),
    detail: l10n.t(
      'S3 Backup will no longer remember that they were ever backed up. Nothing is deleted: older versions in the bucket stay there.',
    ),
    keep: l10n.t('Don’t Forget'),
    actions: [l10n.t('Forget')],
  });
  if (answer === undefined) return;
  const chosen = await chosenScopes(deps, { kind: 'nodes', nodes });
  const count = await deps.engine.sendRequest(forgetLost, { folders: chosen });
  deps.log.info(`${String(count)} lost files were forgotten.`);
}

function isLost(node: TreeNode): boolean {
  return 'group' in node && node.group === 'lost';
}

function question({ engine }: ForgetFilesDeps, nodes: readonly TreeNode[]): string {
  const [only, ...others] = nodes;
  if (others.length === 0 && only?.kind === 'row' && only.row.kind === 'file') {
    return l10n.t('Forget “{0}”?', only.row.path);
  }
  const filesOf = (node: TreeNode): number => {
    if (node.kind === 'row') return node.row.kind === 'file' ? 1 : node.row.totals.files;
    const comparison = engine.state.comparisons.find(({ folder }) => folder === node.folder);
    return comparison?.shown?.lost ?? comparison?.groups.lost.files ?? 0;
  };
  // A selected group includes its selected rows.
  const groups = nodes.filter(({ kind }) => kind === 'group');
  const counted = groups.length > 0 ? groups : nodes;
  return l10n.t('Forget {0}?', formatFiles(counted.reduce((sum, node) => sum + filesOf(node), 0)));
}
