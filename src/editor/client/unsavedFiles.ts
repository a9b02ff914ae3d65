import {
  TabInputCustom,
  TabInputNotebook,
  TabInputText,
  window,
  workspace,
  type Tab,
  type Uri,
} from 'vscode';

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

function uriOf({ input }: Tab): Uri | undefined {
  const isOfFile =
    input instanceof TabInputText ||
    input instanceof TabInputCustom ||
    input instanceof TabInputNotebook;
  return isOfFile ? input.uri : undefined;
}
