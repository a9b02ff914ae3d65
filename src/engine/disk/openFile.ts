import {
  close,
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  lstatSync,
  open,
  openSync,
  read,
  readSync,
  readlinkSync,
  type BigIntStats,
} from 'node:fs';
import type { FilePath } from '../../protocol/folders';
import { fromDiskError } from '../failures/diskErrors';
import { Failure } from '../failures/failure';
import { hasCode } from '../failures/systemCode';
import { paceOf, type DiskPace } from './diskPace';
import { foldersAbove, toAbsolutePath, toFilePath } from './filePath';
import { isSameState, toLocalFile, type LocalFile } from './localFile';

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
    const pace = paceOf(root);
    const absolute = toAbsolutePath(root, path);
    const fd = await pace.call(
      () => openSync(absolute, readOnly),
      () => openAside(absolute),
    );
    const file = new OpenFile(fd, path, pace);
    try {
      assertInsideRoot(fd, file.fields(), { root, path });
      return await use(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fromDiskError(error, path);
  }
}

/** A file that is open for reading. */
export class OpenFile {
  readonly fd: number;
  readonly #path: FilePath;
  readonly #pace: DiskPace;
  #isKeptOpen = false;

  constructor(fd: number, path: FilePath, pace: DiskPace) {
    this.fd = fd;
    this.#path = path;
    this.#pace = pace;
  }

  /** Returns the open file's fields as they are now, whatever became of its name. */
  stat(): Promise<LocalFile> {
    return new Promise(resolve => {
      resolve(toLocalFile(this.#path, this.fields()));
    });
  }

  /**
   * Returns all that the disk tells of the open file. It asks in this thread: an open file's fields
   * are in memory, and a promise takes thirty times as long.
   */
  fields(): BigIntStats {
    const stat = fstatSync(this.fd, { bigint: true });
    if (!stat.isFile()) throw new Failure('not-a-file', this.#path);
    return stat;
  }

  /** Whether the open file is in this state now, as far as the disk tells. */
  isStill(state: LocalFile): boolean {
    try {
      return isSameState(state, toLocalFile(this.#path, this.fields()));
    } catch {
      // Some disks can't stat a file without a name.
      return false;
    }
  }

  /**
   * Fills the buffer from a position of the file, and returns how many bytes it took: perhaps fewer
   * than it holds, none only at the end.
   */
  async read(into: Uint8Array, position: number): Promise<number> {
    const { fd } = this;
    const { byteLength } = into;
    if (byteLength <= maxDirectBytes && this.#pace.isQuick) {
      return this.#pace.direct(() => readSync(fd, into, 0, byteLength, position));
    }
    return settled(done => {
      read(fd, into, 0, byteLength, position, done);
    });
  }

  /** Writes changed pages to the disk, if that can be done with a file open for reading. */
  async flush(): Promise<void> {
    try {
      await settled<undefined>(done => {
        fdatasync(this.fd, done);
      });
    } catch (error) {
      if (!hasCode(error, ...cannotFlush)) throw error;
    }
  }

  /** Keeps the file open after `use` has ended, as long as this process lives. */
  keepOpen(): void {
    this.#isKeptOpen = true;
  }

  async close(): Promise<void> {
    const { fd } = this;
    if (this.#isKeptOpen) return;
    await this.#pace.call(
      () => {
        closeSync(fd);
      },
      () =>
        settled<undefined>(done => {
          close(fd, done);
        }),
    );
  }
}

/** More is read by another thread: copying it takes longer than handing it over. */
const maxDirectBytes = 128 << 10;

function openAside(absolute: string): Promise<number> {
  return settled(done => {
    open(absolute, readOnly, done);
  });
}

/** Returns what a call with a callback tells. */
export function settled<T>(
  call: (done: (error: Error | null, result?: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, result) => {
      if (error === null) resolve(result as T);
      else reject(error);
    });
  });
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
