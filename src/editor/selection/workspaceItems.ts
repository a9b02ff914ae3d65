import { FileType, workspace, type Uri, type WorkspaceFolder } from 'vscode';
import { rootPath, type FilePath } from '../../protocol/folders';
import { folderById } from '../targets/targets';
import { pathIn } from '../view/fileLocation';
import type { TreeNode } from '../view/treeNode';

/** A file or folder of the workspace, on the disk or not. */
export interface WorkspaceItem {
  readonly folder: WorkspaceFolder;
  readonly path: FilePath;
  readonly kind: 'file' | 'folder';
}

/** Returns what rows stand for; a group stands for its whole folder. */
export function nodeItems(nodes: readonly TreeNode[]): readonly WorkspaceItem[] {
  return nodes.flatMap(itemOf);
}

/** Returns the items of files on the disk. Leaves out files of no workspace folder. */
export async function localItems(uris: readonly Uri[]): Promise<readonly WorkspaceItem[]> {
  return (await Promise.all(uris.map(localItem))).flat();
}

function itemOf(node: TreeNode): readonly WorkspaceItem[] {
  const folder = folderById(node.folder);
  if (folder === undefined || node.kind === 'more') return [];
  if (node.kind !== 'row') return [{ folder, path: rootPath, kind: 'folder' }];
  const { row } = node;
  const isFolder = row.kind === 'folder' || row.isFolder;
  return [{ folder, path: row.path, kind: isFolder ? 'folder' : 'file' }];
}

async function localItem(uri: Uri): Promise<readonly WorkspaceItem[]> {
  const folder = uri.scheme === 'file' ? workspace.getWorkspaceFolder(uri) : undefined;
  if (folder === undefined) return [];
  return [{ folder, path: pathIn(folder, uri), kind: await kindOf(uri) }];
}

/** Takes what is no longer on the disk for a file, since it was open in an editor. */
async function kindOf(uri: Uri): Promise<WorkspaceItem['kind']> {
  try {
    const { type } = await workspace.fs.stat(uri);
    return (type & FileType.Directory) === 0 ? 'file' : 'folder';
  } catch {
    return 'file';
  }
}
