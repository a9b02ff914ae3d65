import { Uri } from 'vscode';
import type { FilePath } from '../../protocol/folders';
import { folderById } from '../targets/targets';

/** Returns a file's URI on the disk, or `undefined` if its workspace folder is closed. */
export function localUri(folder: string, path: FilePath): Uri | undefined {
  const uri = folderById(folder)?.uri;
  return uri === undefined ? undefined : Uri.joinPath(uri, path);
}
