import { stat } from 'node:fs/promises';
import { TabInputCustom, window, type Disposable, type Tab, type Uri } from 'vscode';

/**
 * Calls back when a file was saved from an editor of an extension's own, for images or databases, say:
 * VS Code has no event for that. It was saved where its tab has no changes any more, or is closed, and
 * the file is another one on the disk than when it had none yet.
 */
export function watchCustomSaves(onDidSave: (uri: Uri) => void): Disposable {
  const unsaved = new Map<string, Promise<string | undefined>>();
  for (const tab of window.tabGroups.all.flatMap(({ tabs }) => tabs)) note(tab);
  return window.tabGroups.onDidChangeTabs(({ opened, changed, closed }) => {
    for (const tab of [...opened, ...changed]) note(tab);
    for (const { input } of closed) void end(customUri(input));
  });

  function note({ input, isDirty }: Tab): void {
    const uri = customUri(input);
    if (!isDirty) void end(uri);
    else if (uri !== undefined && !unsaved.has(uri.fsPath)) unsaved.set(uri.fsPath, stampOf(uri));
  }

  async function end(uri: Uri | undefined): Promise<void> {
    if (uri === undefined) return;
    const before = unsaved.get(uri.fsPath);
    if (before === undefined) return;
    unsaved.delete(uri.fsPath);
    if ((await stampOf(uri)) !== (await before)) onDidSave(uri);
  }
}

function customUri(input: unknown): Uri | undefined {
  const isOnDisk = input instanceof TabInputCustom && input.uri.scheme === 'file';
  return isOnDisk ? input.uri : undefined;
}

/** Changes whenever the file is written; `undefined` where none can be looked at. */
async function stampOf({ fsPath }: Uri): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs } = await stat(fsPath, { bigint: true });
    return [ino, size, mtimeNs].join('/');
  } catch {
    return undefined;
  }
}
