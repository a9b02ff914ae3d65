import { setTimeout as delay } from 'node:timers/promises';
import { commands, l10n, workspace, type TreeView } from 'vscode';
import type { FileRow } from '../protocol/rows';
import type { Group } from '../protocol/verdicts';
import { backUpNodes, type BackUpDeps } from './backUp/backUp';
import { chosenClick } from './backUp/clickChoice';
import { compareWithCloud } from './cloudCopies/compareWithCloud';
import { openCloudCopy } from './cloudCopies/openCloudCopy';
import { showVersions, type ShowVersionsDeps } from './cloudCopies/showVersions';
import { section } from './contributions/manifest';
import { Failed } from './failures/failed';
import { localUri } from './view/fileLocation';
import type { FilesTree } from './view/filesTree';
import { idOf, type RowNode, type TreeNode } from './view/treeNode';

type RowClickDeps = BackUpDeps &
  ShowVersionsDeps & {
    readonly tree: Pick<FilesTree, 'getChildren'>;
    readonly view: { readonly treeView: Pick<TreeView<TreeNode>, 'reveal'> };
  };

interface SelectionDeps {
  readonly view: { readonly treeView: Pick<TreeView<TreeNode>, 'selection'> };
}

/** Runs the key Enter in the tree. The row that has the focus is known to VS Code alone. */
export async function rowEntered(): Promise<void> {
  enteredAt = Date.now();
  await commands.executeCommand('list.select');
}

let enteredAt = -Infinity;

/** Between the key and the command of the row. */
const keyToCommandMs = 500;

/**
 * Runs the command of a row on the row that is named, or else on the one that is selected: VS Code
 * tells of the selection before it runs a row's command. While it asks for rows anew, it knows none of
 * them, and is waited for. Does nothing where the row is gone after that, or several are selected.
 */
export async function runOnRow<D extends SelectionDeps>(
  deps: D,
  named: TreeNode | undefined,
  run: (deps: D, node: TreeNode) => Promise<void> | void,
): Promise<void> {
  const { treeView } = deps.view;
  for (let look = 0; named === undefined && !treeView.selection.length && look < looks; look++) {
    await delay(pauseMs);
  }
  const [selected, ...others] = treeView.selection;
  const node = named ?? (others.length === 0 ? selected : undefined);
  if (node !== undefined) await run(deps, node);
}

const looks = 40;
const pauseMs = 25;

/** Does what a click or Enter on a file's row means: its group decides, for uploads a setting. */
export async function rowClicked(deps: RowClickDeps, node: RowNode): Promise<void> {
  const { row, group } = node;
  if (row.kind === 'folder' || isSecondOfDoubleClick(node)) return;
  // A file on its way, or just arrived, has had its click.
  if (row.activity !== undefined && row.activity.kind !== 'failed') return;
  const click = clickOn(group, row);
  switch (click === 'ask' ? await chosenClick(deps, node) : click) {
    case 'upload':
      if (Date.now() - enteredAt < keyToCommandMs) await focusNext(deps, node);
      await backUpNodes(deps, [node]);
      break;
    case 'diff':
      await compareWithCloud(deps, { kind: 'nodes', nodes: [node] });
      break;
    case 'open-copy':
      await openCloudCopy(deps, { kind: 'nodes', nodes: [node] });
      break;
    case 'versions':
      await showVersions(deps, { kind: 'nodes', nodes: [node] });
      break;
    case 'open': {
      const uri = localUri(node.folder, row.path);
      if (uri !== undefined) await commands.executeCommand('vscode.open', uri);
      break;
    }
    case 'nothing':
    case undefined:
      break;
  }
}

/**
 * Moves the focus on to the next row: the one that is being backed up will leave its place, and the
 * focus would be nowhere.
 */
async function focusNext({ tree, view }: RowClickDeps, node: RowNode): Promise<void> {
  const rows = (await tree.getChildren(node.parent)).filter(each => each.kind === 'row');
  const at = rows.findIndex(each => idOf(each) === idOf(node));
  const next = rows[at + 1] ?? rows[at - 1] ?? node.parent;
  await view.treeView.reveal(next, { select: false, focus: true });
}

type Click = 'ask' | 'upload' | 'diff' | 'open-copy' | 'versions' | 'open' | 'nothing';

function clickOn(group: Group, { isFolder, local, cloud }: FileRow): Click {
  const open = isFolder || local === undefined ? 'nothing' : 'open';
  switch (group) {
    case 'out-of-date':
    case 'missing-in-cloud': {
      const action = clickAction();
      // There is nothing yet to compare a missing file with.
      return action === 'diff' && cloud === undefined ? open : action;
    }
    case 'changed-in-cloud':
      return 'diff';
    case 'only-in-cloud':
      return 'open-copy';
    case 'lost':
      return 'versions';
    case 'up-to-date':
    case 'unchecked':
    case 'ignored':
      return open;
  }
}

/**
 * Returns what a click does on a file that is out of date or missing in the cloud. Throws
 * `invalid-setting` for any other value of the setting.
 */
export function clickAction(): ClickAction {
  const value = workspace.getConfiguration(section).get<unknown>('clickAction') ?? 'ask';
  const action = clickActions.find(each => each === value);
  if (action !== undefined) return action;
  const why = l10n.t('it takes “ask”, “upload”, “diff” or “open”');
  throw Failed.of('invalid-setting', `${section}.clickAction`, why);
}

const clickActions = ['ask', 'upload', 'diff', 'open'] as const;

type ClickAction = (typeof clickActions)[number];

const doubleClickMs = 500;

let lastClick: { readonly id: string; readonly at: number } | undefined;

/** VS Code runs a row's command for both clicks of a double click. */
function isSecondOfDoubleClick(node: RowNode): boolean {
  const click = { id: idOf(node), at: Date.now() };
  const isSecond = lastClick?.id === click.id && click.at - lastClick.at < doubleClickMs;
  lastClick = click;
  return isSecond;
}
