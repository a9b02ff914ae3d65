import { env, Uri, workspace } from 'vscode';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { isUnsaved, moveToTrash, type TrashOutcome } from '../../protocol/host';
import { unsavedFiles } from './unsavedFiles';

/** Does for the engine what only the editor can. */
export function handleEngineRequests(connection: MessageConnection): void {
  connection.onRequest(isUnsaved.method, (path: string) =>
    unsavedFiles().some(({ uri }) => uri.fsPath === path),
  );
  connection.onRequest(moveToTrash.method, (path: string) => trashFile(path));
}

/** Moves a file to the trash. Where VS Code works on another machine, that one has none. */
export async function trashFile(path: string): Promise<TrashOutcome> {
  if (env.remoteName !== undefined) return 'no-trash';
  try {
    await workspace.fs.delete(Uri.file(path), { useTrash: true });
    return 'trashed';
  } catch {
    // Not every disk has one; the file is still there.
    return 'no-trash';
  }
}
