import { l10n, window, type Memento, type QuickPickItem, type WorkspaceFolder } from 'vscode';
import type { EngineClient } from '../client/engineClient';
import { unsupportedResource } from '../targets/unsupportedResource';
import type { RowNode } from '../view/treeNode';
import { folderById, folderId } from '../targets/targets';

/** What a click does on a file that is not backed up, once the user was asked. */
type ClickChoice = 'upload' | 'open';

interface ClickChoiceDeps {
  readonly engine: EngineClient;
  /** Of this user, over all windows. */
  readonly memory: Memento;
}

/**
 * Returns what a click on a file that is not backed up does in its folder. Asks at the first click:
 * in no other tree does a click send anything. Returns `undefined` if the user wants neither.
 */
export async function chosenClick(
  { engine, memory }: ClickChoiceDeps,
  { folder, row: { path } }: RowNode,
): Promise<ClickChoice | undefined> {
  const known = memory.get<ClickChoice>(memoryKey(folder));
  if (known !== undefined) return known;
  const place = engine.state.comparisons.find(comparison => comparison.folder === folder);
  const name = folderById(folder)?.name;
  if (place === undefined || name === undefined) return 'open';
  const backUp = l10n.t('Back Up');
  const open = l10n.t('Just Open');
  const answer = await window.showWarningMessage(
    l10n.t('Back up “{0}” to s3://{1}/{2}?', path, place.bucket, `${place.prefix}${path}`),
    {
      modal: true,
      detail: [
        l10n.t('Clicking a file that isn’t backed up uploads it to the bucket.'),
        l10n.t(
          'With “Just Open”, clicks open files, and only the cloud button on a row backs them up.',
        ),
        '',
        l10n.t(
          'You are asked once for “{0}”. “Choose What a Click Does…” in the Command Palette changes this later.',
          name,
        ),
      ].join('\n'),
    },
    backUp,
    open,
  );
  const chosen = answer === backUp ? 'upload' : answer === open ? 'open' : undefined;
  if (chosen !== undefined) await memory.update(memoryKey(folder), chosen);
  return chosen;
}

/** Lets the user choose again what a click does in these folders. */
export async function chooseClick(
  { memory }: Pick<ClickChoiceDeps, 'memory'>,
  folders: readonly WorkspaceFolder[],
): Promise<void> {
  if (folders.length === 0) throw unsupportedResource([]);
  const chosen = new Set(
    folders.map(folder => memory.get<ClickChoice>(memoryKey(folderId(folder)))),
  );
  const item = (label: string, choice: ClickChoice | undefined): ClickItem => ({
    label,
    description: chosen.size === 1 && chosen.has(choice) ? l10n.t('current') : '',
    choice,
  });
  const picked = await window.showQuickPick(
    [
      item(l10n.t('Back Up the File'), 'upload'),
      item(l10n.t('Just Open the File'), 'open'),
      item(l10n.t('Ask at the Next Click'), undefined),
    ],
    {
      title: l10n.t('What a Click Does'),
      placeHolder: l10n.t('When you click a file that isn’t backed up in {0}', namesOf(folders)),
    },
  );
  if (picked === undefined) return;
  for (const folder of folders) await memory.update(memoryKey(folderId(folder)), picked.choice);
}

interface ClickItem extends QuickPickItem {
  readonly choice: ClickChoice | undefined;
}

function namesOf(folders: readonly WorkspaceFolder[]): string {
  return folders.map(({ name }) => `“${name}”`).join(', ');
}

function memoryKey(folder: string): string {
  return `click:${folder}`;
}
