import {
  FileSystemError,
  l10n,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
  type WorkspaceFolder,
} from 'vscode';
import { filesChanged } from '../../protocol/comparisons';
import type { EngineClient } from '../client/engineClient';
import { Failed } from '../failures/failed';
import type { Selection } from '../selection/selection';
import { localItems, nodeItems, type WorkspaceItem } from '../selection/workspaceItems';
import { folderId } from '../targets/targets';
import { unsupportedResource } from '../targets/unsupportedResource';
import { showStatusMessage } from '../view/statusMessage';
import { ignorePattern } from './ignorePattern';

interface AddToIgnoreFileDeps {
  readonly engine: EngineClient;
}

/**
 * Adds files and folders to the `.s3backupignore` of their workspace folder. Tells the engine at
 * once, because not every disk can be watched.
 */
export async function addToIgnoreFile(
  deps: AddToIgnoreFileDeps,
  selection: Selection,
): Promise<void> {
  const all = await itemsOf(selection);
  if (all.length === 0 && selection.kind === 'resources') throw unsupportedResource(selection.uris);
  const items = all.filter(({ path }) => path !== '');
  if (items.length === 0) sayNothingChosen();
  await ignoreItems(deps, items);
}

/** Adds files and folders below their workspace folders, whatever they were chosen by. */
export async function ignoreItems(
  { engine }: { readonly engine: Pick<EngineClient, 'notify'> },
  items: readonly WorkspaceItem[],
): Promise<void> {
  const folders = new Set(items.map(({ folder }) => folder));
  for (const folder of folders) {
    const own = items.filter(item => item.folder === folder);
    const lines = new Set(own.map(({ path, kind }) => ignorePattern(path, kind)));
    const file = Uri.joinPath(folder.uri, ignoreFileName);
    const isSaved = await append(file, [...lines]);
    engine.notify(filesChanged, { folder: folderId(folder), paths: [file.fsPath] });
    if (isSaved) showStatusMessage(addedText());
    else void offerToSave(file, folder);
  }
}

/** Of patterns, in any folder. */
export const ignoreFileName = '.s3backupignore';

async function itemsOf(selection: Selection): Promise<readonly WorkspaceItem[]> {
  switch (selection.kind) {
    case 'nodes':
      return nodeItems(selection.nodes);
    case 'resources':
      return localItems(selection.uris);
  }
}

/**
 * Adds lines at the end of a file. If the file has unsaved changes, only the editor gets the lines.
 * Returns whether they are on the disk.
 */
async function append(file: Uri, lines: readonly string[]): Promise<boolean> {
  const before = await readIfThere(file);
  const document = workspace.textDocuments.find(each => each.uri.toString() === file.toString());
  if (document?.isDirty !== true) {
    // Writes to the disk, because a clean document may be older than the file.
    const bytes = new TextEncoder().encode(before + addition(before, lines));
    await workspace.fs.writeFile(file, bytes);
    return true;
  }
  const edit = new WorkspaceEdit();
  const end = document.lineAt(document.lineCount - 1).range.end;
  edit.insert(file, end, addition(document.getText(), lines));
  if (!(await workspace.applyEdit(edit))) throw Failed.of('disk-error', ignoreFileName);
  return false;
}

/** Returns the lines as they are appended to a text, with its line endings. */
function addition(text: string, lines: readonly string[]): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const begin = text === '' || text.endsWith('\n') ? '' : eol;
  return `${begin}${lines.join(eol)}${eol}`;
}

async function readIfThere(file: Uri): Promise<string> {
  try {
    const bytes = await workspace.fs.readFile(file);
    // Decoded by the wrong encoding, the file would be written back with other characters.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'FileNotFound') return '';
    throw Failed.of('ignore-file-unreadable', ignoreFileName, String(error));
  }
}

function addedText(): string {
  return l10n.t('Added to {0}', ignoreFileName);
}

async function offerToSave(file: Uri, folder: WorkspaceFolder): Promise<void> {
  const save = l10n.t('Save');
  const chosen = await window.showInformationMessage(
    l10n.t(
      'Added to {0} of “{1}”, which has unsaved changes. It takes effect when you save it.',
      ignoreFileName,
      folder.name,
    ),
    save,
  );
  if (chosen === save) await workspace.save(file);
}

function sayNothingChosen(): void {
  void window.showInformationMessage(
    l10n.t('Select the files to leave out in the S3 Backup view, or open one.'),
  );
}
