import { constants, type BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { FilePath } from '../../protocol/folders';
import { fromDiskError } from '../failures/errorMapping';
import { Failure } from '../failures/failure';
import { toAbsolutePath } from './filePath';
import { toLocalFile, type LocalFile } from '../scan/localScan';
import { assertInsideRoot } from './requireInside';

export interface OpenFile {
  readonly handle: FileHandle;
  /** The open file's fields at this moment, whatever became of its name. */
  look(): Promise<LocalFile>;
  /** Has the disk take what was changed of it, where that can be asked for. */
  flush(): Promise<void>;
  /** Leaves it open when `use` has ended, and as long as this process lives. */
  keepOpen(): void;
}

/**
 * Opens a regular file for reading, gives it to `use` and closes it. Links are not followed,
 * neither to it nor on the way, and a pipe that took the file's name meanwhile does not block. Disk errors come as `Failure`.
 */
export async function withOpenFile<T>(
  root: string,
  path: FilePath,
  use: (file: OpenFile) => Promise<T>,
): Promise<T> {
  try {
    const handle = await open(toAbsolutePath(root, path), readOnly);
    try {
      const stat = await statFile(handle, path);
      assertInsideRoot(handle.fd, stat, root, path);
      const look = async (): Promise<LocalFile> => toLocalFile(path, await statFile(handle, path));
      const keepOpen = (): void => {
        // Handles that nobody holds are closed when memory is cleared up.
        keptOpen.add(handle);
      };
      return await use({ handle, look, flush: () => flush(handle), keepOpen });
    } finally {
      if (!keptOpen.has(handle)) await handle.close();
    }
  } catch (error) {
    throw fromDiskError(error, path);
  }
}

async function flush(handle: FileHandle): Promise<void> {
  try {
    await handle.datasync();
  } catch (error) {
    if (!unflushable.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** How disks say that a file which is open for reading cannot be flushed, or need not be. */
const unflushable = new Set([
  'EBADF',
  'EINVAL',
  'EROFS',
  'EPERM',
  'EACCES',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
]);

const keptOpen = new Set<FileHandle>();

async function statFile(handle: FileHandle, path: FilePath): Promise<BigIntStats> {
  const stat = await handle.stat({ bigint: true });
  if (!stat.isFile()) throw new Failure('not-a-file', path);
  return stat;
}

/** Windows has neither of the two flags. */
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
const readOnly = (O_RDONLY ?? 0) | O_NOFOLLOW | O_NONBLOCK;
