import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  type BigIntStats,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { FilePath } from '../../protocol/folders';
import { fromDiskError } from '../failures/diskErrors';
import { Failure } from '../failures/failure';
import { hasCode } from '../failures/systemCode';
import { foldersAbove, toAbsolutePath, toFilePath } from './filePath';
import { toLocalFile, type LocalFile } from './localFile';

/**
 * Opens a regular file for reading, passes it to `use`, and closes it. It follows no link, neither
 * as the file nor on the way to it, and does not block on a pipe that took the file's name. Throws
 * disk errors as `Failure`.
 */
export async function withOpenFile<T>(
  root: string,
  path: FilePath,
  use: (file: OpenFile) => Promise<T>,
): Promise<T> {
  try {
    const handle = await open(toAbsolutePath(root, path), readOnly);
    try {
      assertInsideRoot(handle.fd, statFile(handle, path), { root, path });
      return await use(new OpenFile(handle, path));
    } finally {
      if (!keptOpen.has(handle)) await handle.close();
    }
  } catch (error) {
    throw fromDiskError(error, path);
  }
}

export class OpenFile {
  readonly handle: FileHandle;
  readonly #path: FilePath;

  constructor(handle: FileHandle, path: FilePath) {
    this.handle = handle;
    this.#path = path;
  }

  /** Returns the open file's fields as they are now, whatever became of its name. */
  stat(): Promise<LocalFile> {
    return new Promise(resolve => {
      resolve(toLocalFile(this.#path, this.fields()));
    });
  }

  /** Returns all that the disk tells of the open file. */
  fields(): BigIntStats {
    return statFile(this.handle, this.#path);
  }

  /** Writes changed pages to the disk, if that can be done with a file open for reading. */
  async flush(): Promise<void> {
    try {
      await this.handle.datasync();
    } catch (error) {
      if (!hasCode(error, ...cannotFlush)) throw error;
    }
  }

  /** Keeps the file open after `use` has ended, as long as this process lives. */
  keepOpen(): void {
    // Node closes handles that are garbage.
    keptOpen.add(this.handle);
  }
}

/** With these codes a disk says that it cannot, or need not, flush a file open for reading. */
const cannotFlush = [
  'EBADF',
  'EINVAL',
  'EROFS',
  'EPERM',
  'EACCES',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
];

const keptOpen = new Set<FileHandle>();

/** Asks in this thread: an open file's fields are in memory, and a promise takes thirty times as long. */
function statFile({ fd }: FileHandle, path: FilePath): BigIntStats {
  const stat = fstatSync(fd, { bigint: true });
  if (!stat.isFile()) throw new Failure('not-a-file', path);
  return stat;
}

/** Windows has neither of the two flags. */
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
const readOnly = (O_RDONLY ?? 0) | O_NOFOLLOW | O_NONBLOCK;

/**
 * Throws unless the open file is the one at this path below the root. `O_NOFOLLOW` rejects a link
 * as the last name only, and a folder on the way may have become a link since the scan.
 */
function assertInsideRoot(
  fd: number,
  stat: BigIntStats,
  { root, path }: { readonly root: string; readonly path: FilePath },
): void {
  const location = locationOf(fd);
  const rootLocation = location === undefined ? undefined : locationOfFolder(root);
  if (location !== undefined && rootLocation !== undefined) {
    const found = toFilePath(rootLocation, location);
    if (found === path) return;
    if (found === undefined) throw outsideRoot(path);
  }
  // Where the system does not tell, or spells it otherwise, each name is checked.
  for (const folder of foldersAbove(path)) {
    if (!lstatSync(toAbsolutePath(root, folder)).isDirectory()) throw outsideRoot(path);
  }
  const now = lstatSync(toAbsolutePath(root, path), { bigint: true });
  // Another file has taken the name since.
  if (now.ino !== stat.ino || now.dev !== stat.dev) throw new Failure('file-changing', path);
}

/** Returns where an open file is, all links resolved (proc(5)); only Linux tells. */
export function locationOf(fd: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readlinkSync(`/proc/self/fd/${String(fd)}`);
  } catch {
    return undefined;
  }
}

/** Returns where a folder is; the folder itself may be reached by a link. */
export function locationOfFolder(root: string): string | undefined {
  const fd = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return locationOf(fd);
  } finally {
    closeSync(fd);
  }
}

function outsideRoot(path: FilePath): Failure {
  return new Failure('not-a-file', path, 'a folder above it is a link');
}
