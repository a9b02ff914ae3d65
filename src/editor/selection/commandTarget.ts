import { l10n, window, workspace, type QuickPickItem, type WorkspaceFolder } from 'vscode';
import { localFolders } from '../targets/targets';
import { isTreeNode } from '../view/treeNode';
import {
  fileInFront,
  foldersOf,
  readArguments,
  type Everything,
  type PointedAt,
  type Selection,
} from './selection';

/**
 * A command as VS Code calls it. The functions of this file are the only way from its arguments to
 * what it works on, so that an argument that is missing or unknown never widens it.
 */
export type Command<Deps> = (deps: Deps, args: readonly unknown[]) => Promise<void> | void;

type Run<Deps, Target> = (deps: Deps, target: Target) => Promise<void> | void;

/** Works on what the caller points at, or else on the file of the active editor. */
export function onSelection<Deps>(run: Run<Deps, Selection>): Command<Deps> {
  return async (deps, args) => {
    const pointedAt = readArguments(args);
    const selection = pointedAt.kind === 'nothing' ? fileInFront() : known(pointedAt);
    if (selection !== undefined) await run(deps, selection);
    else if (pointedAt.kind === 'nothing') sayNothingInFront();
  };
}

/** Works on the folders of what the caller points at, or else on all of the workspace. */
export function onFolders<Deps>(run: Run<Deps, readonly WorkspaceFolder[]>): Command<Deps> {
  return async (deps, args) => {
    const pointedAt = readArguments(isFromViewTitle(args) ? [] : args);
    if (pointedAt.kind === 'nothing') {
      await run(deps, localFolders());
      return;
    }
    const selection = known(pointedAt);
    if (selection !== undefined) await run(deps, foldersOf(selection));
  };
}

/**
 * Works on what the caller points at. Otherwise, as from the view's title, asks whether the file of the active editor is meant
 * or everything; without such a file there is nothing to ask, and the command's own question
 * follows.
 */
export function onSelectionOrEverything<Deps>(
  question: () => { readonly title: string; readonly everything: string },
  run: Run<Deps, Selection | Everything>,
): Command<Deps> {
  return async (deps, args) => {
    const pointedAt = readArguments(isFromViewTitle(args) ? [] : args);
    const target =
      pointedAt.kind === 'nothing' ? await askFileOrEverything(question()) : known(pointedAt);
    if (target !== undefined) await run(deps, target);
  };
}

/** Works on everything that its name says, whatever the caller points at. */
export function onWhole<Deps>(run: (deps: Deps) => Promise<void> | void): Command<Deps> {
  return deps => run(deps);
}

/** The view's title passes its focused row and no more; the menu of a row passes two arguments. */
function isFromViewTitle(args: readonly unknown[]): boolean {
  return args.length === 1 && (args[0] === undefined || args[0] === null || isTreeNode(args[0]));
}

function known(pointedAt: Exclude<PointedAt, { kind: 'nothing' }>): Selection | undefined {
  if (pointedAt.kind !== 'unknown') return pointedAt;
  void window.showInformationMessage(
    l10n.t('This row is no longer up to date, so nothing was done. Choose the file again.'),
  );
  return undefined;
}

function sayNothingInFront(): void {
  void window.showInformationMessage(
    l10n.t('Open a file first, or use the menus of the S3 Backup view.'),
  );
}

async function askFileOrEverything({
  title,
  everything,
}: {
  readonly title: string;
  readonly everything: string;
}): Promise<Selection | Everything | undefined> {
  const file = fileInFront();
  const [uri] = file?.uris ?? [];
  const isInWorkspace = uri?.scheme === 'file' && workspace.getWorkspaceFolder(uri) !== undefined;
  if (file === undefined || !isInWorkspace) return { kind: 'everything' };
  const items: readonly (QuickPickItem & { readonly meant: Selection | Everything })[] = [
    // Enter takes the first one.
    {
      label: workspace.asRelativePath(uri),
      description: l10n.t('in the editor'),
      meant: file,
    },
    { label: everything, meant: { kind: 'everything' } },
  ];
  return (await window.showQuickPick(items, { title }))?.meant;
}
