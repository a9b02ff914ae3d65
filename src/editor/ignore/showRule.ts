import { commands, Position, Range, window, workspace } from 'vscode';
import type { FilePath } from '../../protocol/folders';
import { activeSelection, type ActiveSelectionDeps } from '../selection/activeSelection';
import { localUri } from '../view/fileLocation';
import type { Selection } from '../selection/selection';
import { rulePlace, type RulePlace } from './rulePlace';

/** Opens the line or the setting for which a row is ignored, or the file that cannot be read. */
export async function showRule(deps: ActiveSelectionDeps, selection: Selection): Promise<void> {
  const meant = selection.kind === 'nothing' ? activeSelection(deps) : selection;
  const [node] = meant.kind === 'nodes' ? meant.nodes : [];
  if (node?.kind !== 'row' || node.row.kind !== 'file') return;
  const place = rulePlace(node.row.verdict);
  if (place !== undefined) await openRule(node.folder, place);
}

export async function openRule(folder: string, { source, line }: RulePlace): Promise<void> {
  if (line === undefined) {
    await commands.executeCommand('workbench.action.openSettings', source);
    return;
  }
  const uri = localUri(folder, source as FilePath);
  if (uri === undefined) return;
  const at = new Position(line - 1, 0);
  const document = await workspace.openTextDocument(uri);
  await window.showTextDocument(document, { selection: new Range(at, at) });
}
