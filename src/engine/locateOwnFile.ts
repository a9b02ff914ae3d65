import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { FilePath } from '../protocol';
import { childPath, fileName, toAbsolutePath } from './filePath';
import type { OwnFile } from './ownFiles';

/**
 * A file of our own where it is now: whoever renames a folder takes what lies in it along. `path` is
 * then the name that it is to have there. `undefined` where it is nowhere below the root.
 */
export async function locateOwnFile(own: OwnFile): Promise<OwnFile | undefined> {
  const { root, path, ownPath } = own;
  const place = toAbsolutePath(root, ownPath);
  if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) return own;
  const folder = await folderOf(root, fileName(ownPath));
  if (folder === undefined) return undefined;
  return {
    ...own,
    path: childPath(folder, fileName(path)),
    ownPath: childPath(folder, fileName(ownPath)),
  };
}

/** The folder that holds a name, which no two files have. */
async function folderOf(root: string, name: string): Promise<FilePath | undefined> {
  const folders = ['' as FilePath];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const child of await namesIn(toAbsolutePath(root, folder))) {
      if (child.name === name) return folder;
      if (child.isDirectory()) folders.push(childPath(folder, child.name));
    }
  }
  return undefined;
}

/** What cannot be read is not searched. */
async function namesIn(absolute: string) {
  return readdir(absolute, { withFileTypes: true }).catch(() => []);
}
