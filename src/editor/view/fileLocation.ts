import { Uri, workspace, type WorkspaceFolder } from 'vscode';
import type { FilePath } from '../../protocol/folders';
import { folderById } from '../targets/targets';

/** Returns a file's URI on the disk, or `undefined` if its workspace folder is closed. */
export function localUri(folder: string, path: FilePath): Uri | undefined {
  const uri = folderById(folder)?.uri;
  return uri === undefined ? undefined : Uri.joinPath(uri, path);
}

/** Returns the URI of what is on the disk there; `undefined` where nothing is. */
export async function existingUri(folder: string, path: FilePath): Promise<Uri | undefined> {
  const uri = localUri(folder, path);
  if (uri === undefined) return undefined;
  try {
    await workspace.fs.stat(uri);
    return uri;
  } catch {
    return undefined;
  }
}

/** Returns the path of a file that lies in the folder; of the folder itself, the empty path. */
export function pathIn({ uri: { path } }: WorkspaceFolder, uri: Uri): FilePath {
  const base = path.endsWith('/') ? path : `${path}/`;
  return uri.path.slice(base.length) as FilePath;
}
