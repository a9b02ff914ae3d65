import { lstatSync, mkdirSync, rmdirSync } from 'node:fs';
import type { FilePath } from '../../protocol/folders';
import { toAbsolutePath, foldersAbove } from '../disk/filePath';
import { fromDiskError } from '../failures/diskErrors';
import { hasCode } from '../failures/systemCode';
import { Failure } from '../failures/failure';

/**
 * Makes folders for files that are about to be created, and removes those made for nothing. All
 * calls are synchronous: between the check of a folder and what follows from it, no other file of
 * the same batch can make or remove one.
 */
export class FolderLeases {
  readonly #leased = new Map<string, Leased>();

  /**
   * Makes the folders above a path that are not there yet, and leases them until `release`. A link
   * is not followed: what lies behind it does not belong to this folder.
   */
  acquire(root: string, path: FilePath): FolderLease {
    const acquired: FilePath[] = [];
    const release = () => {
      for (const folder of acquired.splice(0).reverse()) this.#release(root, folder);
    };
    try {
      for (const folder of foldersAbove(path)) {
        this.#acquire(root, folder, path);
        acquired.push(folder);
      }
    } catch (error) {
      release();
      throw fromDiskError(error, path);
    }
    return {
      check() {
        for (const folder of acquired) assertFolder(toAbsolutePath(root, folder), folder, path);
      },
      release,
    };
  }

  #acquire(root: string, folder: FilePath, path: FilePath): void {
    const absolute = toAbsolutePath(root, folder);
    const isMade = makeFolder(absolute);
    if (!isMade) assertFolder(absolute, folder, path);
    const known = this.#leased.get(absolute) ?? { users: 0, isMade };
    this.#leased.set(absolute, { users: known.users + 1, isMade: known.isMade || isMade });
  }

  #release(root: string, folder: FilePath): void {
    const absolute = toAbsolutePath(root, folder);
    const known = this.#leased.get(absolute);
    if (known === undefined) return;
    if (known.users > 1) {
      this.#leased.set(absolute, { ...known, users: known.users - 1 });
      return;
    }
    this.#leased.delete(absolute);
    if (known.isMade) removeIfEmpty(absolute);
  }
}

export interface FolderLease {
  /** Throws `in-the-way` where one of the folders is no folder any more. */
  check(): void;
  /** Once; the last user of a folder that was made here removes it if it is empty. */
  release(): void;
}

interface Leased {
  readonly users: number;
  /** Whether it was not there before. */
  readonly isMade: boolean;
}

/** Returns `false` where something has that name already. */
function makeFolder(absolute: string): boolean {
  try {
    mkdirSync(absolute);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function assertFolder(absolute: string, folder: FilePath, path: FilePath): void {
  if (!lstatSync(absolute).isDirectory()) throw new Failure('in-the-way', path, folder);
}

function removeIfEmpty(absolute: string): void {
  try {
    rmdirSync(absolute);
  } catch {
    // It holds something, as it should.
  }
}
