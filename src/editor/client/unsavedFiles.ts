import {
  TabInputCustom,
  TabInputNotebook,
  TabInputText,
  window,
  workspace,
  Disposable,
  type Tab,
  type Uri,
} from 'vscode';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { unsavedChanged } from '../../protocol/host';

/** A file whose editor holds changes that are not on the disk yet. */
export interface UnsavedFile {
  readonly uri: Uri;
  /** Returns `false` if the editor did not save. */
  save(): Thenable<boolean>;
}

/** Returns the files that have unsaved changes in any kind of editor. */
export function unsavedFiles(): readonly UnsavedFile[] {
  const found = new Map<string, UnsavedFile>();
  for (const { tabs } of window.tabGroups.all) {
    for (const tab of tabs) {
      const uri = tab.isDirty ? uriOf(tab) : undefined;
      if (uri === undefined) continue;
      const save = async () => (await workspace.save(uri)) !== undefined;
      found.set(uri.toString(), { uri, save });
    }
  }
  // Not every open document has a tab.
  for (const document of [...workspace.textDocuments, ...workspace.notebookDocuments]) {
    if (!document.isDirty) continue;
    found.set(document.uri.toString(), { uri: document.uri, save: () => document.save() });
  }
  return [...found.values()].filter(({ uri }) => uri.scheme === 'file');
}

/** Tells the engine which files have unsaved changes, before anything else, and whenever it changes. */
export function tellUnsaved(connection: MessageConnection): Disposable {
  const tell = (files: readonly UnsavedFile[]) => {
    const paths = files.map(({ uri }) => uri.fsPath);
    // Where the engine has ended, the next one is told anew.
    connection.sendNotification(unsavedChanged.method, paths).catch(() => undefined);
  };
  tell(unsavedFiles());
  return watchUnsaved(tell);
}

/** Calls `onChange` whenever there are other files with unsaved changes than before. */
export function watchUnsaved(onChange: (files: readonly UnsavedFile[]) => void): Disposable {
  let known = urisOf(unsavedFiles());
  const look = () => {
    const files = unsavedFiles();
    const now = urisOf(files);
    const isSame = known.size === now.size && [...now].every(uri => known.has(uri));
    known = now;
    if (!isSame) onChange(files);
  };
  return Disposable.from(
    window.tabGroups.onDidChangeTabs(look),
    workspace.onDidChangeTextDocument(look),
    workspace.onDidSaveTextDocument(look),
    workspace.onDidChangeNotebookDocument(look),
    workspace.onDidSaveNotebookDocument(look),
    workspace.onDidCloseTextDocument(look),
  );
}

function urisOf(files: readonly UnsavedFile[]): ReadonlySet<string> {
  return new Set(files.map(({ uri }) => uri.toString()));
}

function uriOf({ input }: Tab): Uri | undefined {
  const isOfFile =
    input instanceof TabInputText ||
    input instanceof TabInputCustom ||
    input instanceof TabInputNotebook;
  return isOfFile ? input.uri : undefined;
}
