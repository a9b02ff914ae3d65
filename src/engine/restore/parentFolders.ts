import { lstat, mkdir, rmdir } from 'node:fs/promises';
import type { FilePath } from '../../protocol';
import { fromDiskError } from '../errorMapping';
import { Failure } from '../failure';
import { toAbsolutePath } from '../filePath';
import { foldersAbove } from './foldersAbove';

/** The folders above a file that is about to come into being. */
export interface ParentFolders {
  /** Throws where one of them is no folder any more. */
  check(): Promise<void>;
  /** Removes those that were made for nothing; what holds something stays. */
  undo(): Promise<void>;
}

/**
 * Makes the folders above a path that are not there yet. A link is not followed: what lies behind it
 * is not this folder's.
 */
export async function makeParentFolders(root: string, path: FilePath): Promise<ParentFolders> {
  const made: FilePath[] = [];

  async function check(): Promise<void> {
    for (const folder of foldersAbove(path)) {
      if (!(await isFolder(root, folder))) throw new Failure('in-the-way', path, folder);
    }
  }

  async function undo(): Promise<void> {
    for (const folder of made.reverse()) {
      try {
        await rmdir(toAbsolutePath(root, folder));
      } catch {
        // Somebody uses it by now.
        return;
      }
    }
  }

  try {
    for (const folder of foldersAbove(path)) {
      if (await makeFolder(root, folder)) made.push(folder);
      else if (!(await isFolder(root, folder))) throw new Failure('in-the-way', path, folder);
    }
  } catch (error) {
    await undo();
    throw fromDiskError(error, path);
  }
  return { check, undo };
}

/** Gives `false` where something has that name already. */
async function makeFolder(root: string, folder: FilePath): Promise<boolean> {
  try {
    await mkdir(toAbsolutePath(root, folder));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function isFolder(root: string, folder: FilePath): Promise<boolean> {
  return (await lstat(toAbsolutePath(root, folder))).isDirectory();
}
