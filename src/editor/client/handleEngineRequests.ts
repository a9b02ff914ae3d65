import type { MessageConnection } from 'vscode-jsonrpc/node';
import { isUnsaved, moveToTrash } from '../../protocol/host';
import { trashFile } from './trashFile';
import { unsavedFiles } from '../backUp/askAboutUnsaved';

/** Does for the engine what only the editor can. */
export function handleEngineRequests(connection: MessageConnection): void {
  connection.onRequest(isUnsaved.method, (path: string) =>
    unsavedFiles().some(({ uri }) => uri.fsPath === path),
  );
  connection.onRequest(moveToTrash.method, (path: string) => trashFile(path));
}
