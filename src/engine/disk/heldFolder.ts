import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  statSync,
  type BigIntStats,
} from 'node:fs';
import { join } from 'node:path';
import type { FilePath } from '../../protocol/folders';
import { fromDiskError } from '../failures/diskErrors';
import { Failure } from '../failures/failure';
import { hasCode } from '../failures/systemCode';
import { paceOf, type DiskPace } from './diskPace';
import { foldersAbove, parentPath, toAbsolutePath, toFilePath } from './filePath';
import { locationOf, locationOfFolder } from './openFile';
import { syncFolder } from './writeFile';

/**
 * The folder of one file, in which it is made, renamed or removed. Whatever takes the folder's path
 * meanwhile, such as a link that leads out of the workspace, has nothing done to it: on Linux the
 * folder is kept open and reached by that, elsewhere it is looked at before each operation.
 */
export class HeldFolder {
  readonly #root: string;
  /** The file's path. */
  readonly #path: FilePath;
  readonly #absolute: string;
  readonly #fd: number | undefined;
  readonly #identity: BigIntStats;
  readonly #isShared: boolean;

  /**
   * Throws `in-the-way` where a link is in the place of the folder or above it. `sharing` is the same
   * folder, held for another file, and must be held at least as long.
   */
  constructor(root: string, path: FilePath, sharing?: HeldFolder) {
    this.#root = root;
    this.#path = path;
    this.#absolute = toAbsolutePath(root, parentPath(path));
    this.#isShared = sharing !== undefined;
    if (sharing !== undefined) {
      this.#fd = sharing.#fd;
      this.#identity = sharing.#identity;
      this.requireInPlace();
      return;
    }
    try {
      this.#fd = openedFolder(root, path);
      this.#identity = look(this.#fd ?? this.#absolute);
      if (this.#fd === undefined) this.requireInPlace();
    } catch (error) {
      this.close();
      throw fromDiskError(error, path);
    }
  }

  /** Is the same for whoever holds the same folder. */
  get identity(): string {
    return `${this.volume} ${String(this.#identity.ino)}`;
  }

  /** Is the same for all folders of one disk. */
  get volume(): string {
    return String(this.#identity.dev);
  }

  /** Of the disk that the workspace folder is on. */
  get pace(): DiskPace {
    return paceOf(this.#root);
  }

  /**
   * Returns by which path the disk is asked for a file of the folder. Use it at once. Throws
   * `in-the-way` where that would lead to another folder.
   */
  at(name: string): string {
    if (this.#fd !== undefined) return `/proc/self/fd/${String(this.#fd)}/${name}`;
    this.requireInPlace();
    return join(this.#absolute, name);
  }

  /** Returns the path of a file as the user knows it, while the folder is where it was. */
  pathOf(name: string): string {
    return join(this.#absolute, name);
  }

  /** Throws `in-the-way` where the folder's path leads to another one by now. */
  requireInPlace(): void {
    requireNoLinks(this.#root, this.#path);
    const { ino, dev } = look(this.#absolute);
    const isSame = ino === this.#identity.ino && dev === this.#identity.dev;
    if (!isSame) throw inTheWay(this.#path, parentPath(this.#path));
  }

  /** Whether there is a file of that name; `unknown` where the folder can be reached no more. */
  find(name: string): 'there' | 'absent' | 'unknown' {
    try {
      const stat = lstatSync(this.at(name), { throwIfNoEntry: false });
      return stat === undefined ? 'absent' : 'there';
    } catch {
      return 'unknown';
    }
  }

  /**
   * Makes its names survive a power cut: those made, those changed and those that are gone. Until
   * then the disk may keep any of them, in any order. Hold the folder until it returns.
   */
  async sync(): Promise<void> {
    try {
      await syncFolder(this.#fd ?? this.at('.'), this.identity);
    } catch {
      // Not every folder may be opened, and what took the folder away took its names along.
    }
  }

  /** Does nothing where it shares what another one holds. */
  close(): void {
    if (this.#fd !== undefined && !this.#isShared) closeSync(this.#fd);
  }
}

function look(folder: number | string): BigIntStats {
  const options = { bigint: true } as const;
  return typeof folder === 'number' ? fstatSync(folder, options) : statSync(folder, options);
}

/** Returns the file's folder, open, if the system tells where that is, and it is at its path. */
function openedFolder(root: string, path: FilePath): number | undefined {
  const rootLocation = process.platform === 'linux' ? locationOfFolder(root) : undefined;
  if (rootLocation === undefined) return undefined;
  const folder = parentPath(path);
  const fd = openReadable(toAbsolutePath(root, folder));
  if (fd === undefined) return undefined;
  const location = locationOf(fd);
  if (location !== undefined && toFilePath(rootLocation, location) === folder) return fd;
  closeSync(fd);
  requireNoLinks(root, path);
  return undefined;
}

/** Returns `undefined` for a folder whose files may be used but not listed. */
function openReadable(absolute: string): number | undefined {
  try {
    return openSync(absolute, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    if (hasCode(error, 'EACCES')) return undefined;
    throw error;
  }
}

function requireNoLinks(root: string, path: FilePath): void {
  for (const folder of foldersAbove(path)) {
    if (!lstatSync(toAbsolutePath(root, folder)).isDirectory()) throw inTheWay(path, folder);
  }
}

function inTheWay(path: FilePath, folder: FilePath): Failure {
  return new Failure('in-the-way', path, folder);
}
