import { l10n, QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import { differences, type Difference, type PlanRequest } from '../../protocol/plans';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';
import { viewId } from '../contributions/manifest';
import { formatBytes, formatFiles } from '../format/quantity';
import { groupName } from '../view/verdictWords';

interface ReviewDifferencesDeps {
  readonly engine: EngineClient;
  readonly operations: RunningOperations;
}

/**
 * Lets the user tick what to back up: files, or folders if there are too many files to go through.
 * Begins with all of them ticked, or with none.
 * Ticks survive filtering. Returns `undefined` if the user cancels, and nothing ticked if there was
 * nothing to choose from.
 */
export async function reviewDifferences(
  { engine, operations }: ReviewDifferencesDeps,
  setups: readonly FolderSetup[],
  ticked: 'all' | 'none',
): Promise<Reviewed | undefined> {
  const items: (DifferenceItem | QuickPickItem)[] = [];
  let files = 0;
  for (const setup of setups) {
    const rows = await window.withProgress({ location: { viewId } }, () =>
      operations.run(token => engine.sendRequest(differences, setup, token)),
    );
    if (rows.length === 0) continue;
    if (setups.length > 1) items.push({ label: setup.name, kind: QuickPickItemKind.Separator });
    items.push(...rows.map(row => ({ ...toItem(setup, row), picked: ticked === 'all' })));
    files += rows.reduce((sum, row) => sum + row.files, 0);
  }
  if (files === 0) return { scopes: [], files };
  const picked = await window.showQuickPick(items, {
    canPickMany: true,
    matchOnDescription: true,
    ignoreFocusOut: true,
    title: l10n.t('Choose Files to Back Up'),
    placeHolder: l10n.t('{0} to choose from; type to filter', formatFiles(files)),
  });
  const chosen = picked?.filter(item => 'row' in item) ?? [];
  if (chosen.length === 0) return undefined;
  const scopes = setups.flatMap(setup => {
    const picks = chosen
      .filter(item => item.setup === setup)
      .map(({ row: { kind, path } }) => ({ kind, path }));
    return picks.length === 0 ? [] : [{ setup, scope: { kind: 'picks' as const, picks } }];
  });
  return { scopes, files: chosen.reduce((sum, { row }) => sum + row.files, 0) };
}

/** What was ticked, and how many files that were when it was shown. */
interface Reviewed {
  readonly scopes: PlanRequest['folders'];
  readonly files: number;
}

interface DifferenceItem extends QuickPickItem {
  readonly setup: FolderSetup;
  readonly row: Difference;
}

function toItem(setup: FolderSetup, row: Difference): DifferenceItem {
  const size = formatBytes(row.bytes);
  switch (row.kind) {
    case 'file': {
      const words = row.group === undefined ? [] : [groupName(row.group)];
      return { setup, row, label: row.path, description: [...words, size].join(' · ') };
    }
    case 'folder':
    case 'loose-files': {
      const description = `${formatFiles(row.files)} · ${size}`;
      return { setup, row, label: folderLabel(row), description };
    }
  }
}

/** Files directly in a folder have a row of their own next to those of its subfolders. */
function folderLabel({ kind, path }: Difference): string {
  if (kind === 'folder') return path === '' ? l10n.t('All files') : `${path}/`;
  return path === '' ? l10n.t('Files in no folder') : l10n.t('Files directly in {0}/', path);
}
