import { Uri } from 'vscode';
import type { FilePath } from '../../protocol/folders';
import type { Group } from '../../protocol/verdicts';
import { folderById } from '../targets/targets';

/** Where a file of a workspace folder is on the disk; `undefined` once the folder is closed. */
export function localUri(folder: string, path: FilePath): Uri | undefined {
  const uri = folderById(folder)?.uri;
  return uri === undefined ? undefined : Uri.joinPath(uri, path);
}

/**
 * A URI for a row's file icon. Its own scheme keeps the decorations of the Explorer and of source
 * control, which mean something else, out of our view.
 */
export function iconUri(group: Group, path: FilePath): Uri {
  // A lone surrogate, which a Windows file name may hold, cannot be written into a URI.
  const writable = path.replace(/\p{Surrogate}/gu, '\uFFFD');
  return Uri.from({ scheme: 's3-backup-row', authority: group, path: `/${writable}` });
}
