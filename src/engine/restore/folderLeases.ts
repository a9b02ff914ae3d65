import { lstatSync, mkdirSync, rmdirSync } from 'node:fs';
import type { FilePath } from '../../protocol/folders';
import { foldersAbove, parentPath, toAbsolutePath } from '../disk/filePath';
import { HeldFolder } from '../disk/heldFolder';
import { fromWriteError } from '../failures/diskErrors';
import { hasCode } from '../failures/systemCode';
import { Failure } from '../failures/failure';

/**
 * Makes and holds the folders of files that are about to be created, once for all files of a folder,
 * and removes those made for nothing. All calls are synchronous: between the check of a folder and
 * what follows from it, no other file of the same batch can make or remove one.
 */
export class FolderLeases {
  readonly #made = new Map<string, Made>();
  readonly #held = new Map<string, Held>();

  /**
   * Makes the folders above a path that are not there yet, and holds the last until `release`. A link
   * is not followed: what lies behind it does not belong to this folder.
   */
  acquire(root: string, path: FilePath): FolderLease {
    const absolute = toAbsolutePath(root, parentPath(path));
    const known = this.#held.get(absolute);
    const shared = known && shareOf(known, root, path);
    if (known !== undefined && shared !== undefined) {
      known.users++;
      return { ...known, folder: shared, release: this.#releaseOnce(absolute, known) };
    }
    const held = this.#hold(root, path);
    // Where the folder was moved, those who hold it go on with it, and find that out.
    this.#held.set(absolute, held);
    return { ...held, release: this.#releaseOnce(absolute, held) };
  }

  #hold(root: string, path: FilePath): Held {
    const acquired: FilePath[] = [];
    const releaseAll = () => {
      for (const folder of acquired.splice(0).reverse()) this.#release(root, folder);
    };
    try {
      for (const folder of foldersAbove(path)) {
        this.#make(root, folder, path);
        acquired.push(folder);
      }
      const folder = new HeldFolder(root, path);
      const close = () => {
        folder.close();
        releaseAll();
      };
      return { folder, newFiles: { mode: undefined }, users: 1, close };
    } catch (error) {
      releaseAll();
      throw fromWriteError(error, path);
    }
  }

  #releaseOnce(absolute: string, held: Held): () => void {
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      if (--held.users > 0) return;
      if (this.#held.get(absolute) === held) this.#held.delete(absolute);
      held.close();
    };
  }

  #make(root: string, folder: FilePath, path: FilePath): void {
    const absolute = toAbsolutePath(root, folder);
    const isMade = makeFolder(absolute);
    if (!isMade && !lstatSync(absolute).isDirectory())
      throw new Failure('in-the-way', path, folder);
    const known = this.#made.get(absolute) ?? { users: 0, isMade };
    this.#made.set(absolute, { users: known.users + 1, isMade: known.isMade || isMade });
  }

  #release(root: string, folder: FilePath): void {
    const absolute = toAbsolutePath(root, folder);
    const known = this.#made.get(absolute);
    if (known === undefined) return;
    if (known.users > 1) {
      this.#made.set(absolute, { ...known, users: known.users - 1 });
      return;
    }
    this.#made.delete(absolute);
    if (known.isMade) removeIfEmpty(absolute);
  }
}

export interface FolderLease {
  /** Of the file. */
  readonly folder: HeldFolder;
  /** Known by the first file that is made in the folder. */
  readonly newFiles: {
    /** Their permissions, which the folder may have a say in; `undefined` until they are known. */
    mode: number | undefined;
  };
  /** The last user of a folder that was made here removes it if it is empty. */
  release(): void;
}

interface Held extends Pick<FolderLease, 'newFiles'> {
  readonly folder: HeldFolder;
  users: number;
  readonly close: () => void;
}

interface Made {
  readonly users: number;
  /** Whether it was not there before. */
  readonly isMade: boolean;
}

/** Returns `undefined` where the folder is no more where it was. */
function shareOf({ folder }: Held, root: string, path: FilePath): HeldFolder | undefined {
  try {
    return new HeldFolder(root, path, folder);
  } catch {
    return undefined;
  }
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

function removeIfEmpty(absolute: string): void {
  try {
    rmdirSync(absolute);
  } catch {
    // It holds something, as it should.
  }
}
