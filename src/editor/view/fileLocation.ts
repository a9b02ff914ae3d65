import { Uri } from 'vscode';
import type { FilePath } from '../../protocol/folders';
import { folderById } from '../targets/targets';

/** Where a file of a workspace folder is on the disk; `undefined` once the folder is closed. */
export function localUri(folder: string, path: FilePath): Uri | undefined {
  const uri = folderById(folder)?.uri;
  return uri === undefined ? undefined : Uri.joinPath(uri, path);
}
