import { commands } from 'vscode';
import type { Group } from '../protocol';
import { backUpNodes } from './backUp';
import { localUri } from './fileLocation';
import type { Parts } from './parts';
import { clickAction } from './settings';
import { idOf, type RowNode } from './treeNode';

/** Click or Enter on a file's row: uploads what needs it, opens what is on the disk, or nothing. */
export async function rowClicked(parts: Parts, node: RowNode): Promise<void> {
  const { row, group } = node;
  if (row.kind === 'folder' || isSecondOfDoubleClick(node)) return;
  // A file on its way, or just arrived, has had its click.
  if (row.activity !== undefined && row.activity.kind !== 'failed') return;
  if (uploadedByClick.has(group) && clickAction() === 'upload') {
    await backUpNodes(parts, [node]);
    return;
  }
  if (onlySelected.has(group) || row.isFolder || row.local === undefined) return;
  const uri = localUri(node.folder, row.path);
  if (uri !== undefined) await commands.executeCommand('vscode.open', uri);
}

const uploadedByClick: ReadonlySet<Group> = new Set(['out-of-date', 'missing-in-cloud']);

/** Groups whose files are not to be taken for what the local file shows. */
const onlySelected: ReadonlySet<Group> = new Set(['changed-in-cloud', 'only-in-cloud', 'lost']);

const doubleClickMs = 500;

let lastClick: { readonly id: string; readonly at: number } | undefined;

/** VS Code runs a row's command for both clicks of a double click. */
function isSecondOfDoubleClick(node: RowNode): boolean {
  const click = { id: idOf(node), at: Date.now() };
  const isSecond = lastClick?.id === click.id && click.at - lastClick.at < doubleClickMs;
  lastClick = click;
  return isSecond;
}
