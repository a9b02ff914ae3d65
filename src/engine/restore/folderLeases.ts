import { lstatSync, mkdirSync, rmdirSync } from 'node:fs';
import type { FilePath } from '../../protocol/folders';
import { fromDiskError } from '../failures/diskErrors';
import { Failure } from '../failures/failure';
import { toAbsolutePath, foldersAbove } from '../disk/filePath';
import { hasCode } from '../failures/systemCode';

/** Makes folders for files that are about to come into being, and removes those made for nothing. */
export interface FolderLeases {
  /**
   * Makes the folders above a path that are not there yet, and holds them until `release`. A link is
   * not followed: what lies behind it is not this folder's.
   */
  hold(root: string, path: FilePath): FolderLease;
}

export interface FolderLease {
  /** Throws where one of the folders is none any more. */
  check(): void;
  /** Once; the last one to let go of a folder that was made here removes it if it is empty. */
  release(): void;
}

/**
 * Each step is done in one turn: between the look at a folder and what follows from it, no other
 * file of the same batch can make or remove one.
 */
export function folderLeases(): FolderLeases {
  const held = new Map<string, Held>();

  function take(root: string, folder: FilePath, path: FilePath): void {
    const absolute = toAbsolutePath(root, folder);
    const isMade = makeFolder(absolute);
    if (!isMade) requireFolder(absolute, folder, path);
    const known = held.get(absolute) ?? { users: 0, isMade };
    held.set(absolute, { users: known.users + 1, isMade: known.isMade || isMade });
  }

  function letGo(root: string, folder: FilePath): void {
    const absolute = toAbsolutePath(root, folder);
    const known = held.get(absolute);
    if (known === undefined) return;
    if (known.users > 1) {
      held.set(absolute, { ...known, users: known.users - 1 });
      return;
    }
    held.delete(absolute);
    if (known.isMade) removeIfEmpty(absolute);
  }

  return {
    hold(root, path) {
      const taken: FilePath[] = [];
      const release = () => {
        for (const folder of taken.splice(0).reverse()) letGo(root, folder);
      };
      try {
        for (const folder of foldersAbove(path)) {
          take(root, folder, path);
          taken.push(folder);
        }
      } catch (error) {
        release();
        throw fromDiskError(error, path);
      }
      return {
        check() {
          for (const folder of taken) requireFolder(toAbsolutePath(root, folder), folder, path);
        },
        release,
      };
    },
  };
}

interface Held {
  readonly users: number;
  /** Whether it was not there before. */
  readonly isMade: boolean;
}

/** Gives `false` where something has that name already. */
function makeFolder(absolute: string): boolean {
  try {
    mkdirSync(absolute);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function requireFolder(absolute: string, folder: FilePath, path: FilePath): void {
  if (!lstatSync(absolute).isDirectory()) throw new Failure('in-the-way', path, folder);
}

function removeIfEmpty(absolute: string): void {
  try {
    rmdirSync(absolute);
  } catch {
    // It holds something, as it should.
  }
}
