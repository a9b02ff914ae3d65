import { statSync } from 'node:fs';
import { TabInputCustom, window, type Disposable, type Tab, type Uri } from 'vscode';

/**
 * Calls back when a file was saved from an editor of an extension's own, for images or databases, say:
 * VS Code has no event for that. It was saved where its tab has no changes any more, or is closed, and
 * the file is another one on the disk than when it had none yet.
 */
export function watchCustomSaves(onDidSave: (uri: Uri) => void): Disposable {
  const unsaved = new Map<string, string | undefined>();
  for (const tab of window.tabGroups.all.flatMap(({ tabs }) => tabs)) note(tab);
  return window.tabGroups.onDidChangeTabs(({ opened, changed, closed }) => {
    for (const tab of [...opened, ...changed]) note(tab);
    for (const { input } of closed) end(customUri(input));
  });

  function note({ input, isDirty }: Tab): void {
    const uri = customUri(input);
    if (!isDirty) end(uri);
    else if (uri !== undefined && !unsaved.has(uri.fsPath)) unsaved.set(uri.fsPath, stampOf(uri));
  }

  function end(uri: Uri | undefined): void {
    if (uri === undefined || !unsaved.has(uri.fsPath)) return;
    const before = unsaved.get(uri.fsPath);
    unsaved.delete(uri.fsPath);
    if (stampOf(uri) !== before) onDidSave(uri);
  }
}

function customUri(input: unknown): Uri | undefined {
  const isOnDisk = input instanceof TabInputCustom && input.uri.scheme === 'file';
  return isOnDisk ? input.uri : undefined;
}

/** Changes whenever the file is written; `undefined` where there is none. */
function stampOf({ fsPath }: Uri): string | undefined {
  const stat = statSync(fsPath, { bigint: true, throwIfNoEntry: false });
  return stat && [stat.ino, stat.size, stat.mtimeNs].join('/');
}
