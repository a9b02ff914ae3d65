import { fsync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { NewFile } from './newFile';

/** How many bytes a file takes up on its disk: of a sparse one fewer than it is long. */
export function allocatedBytes({ size, blocks }: Pick<Stats, 'size' | 'blocks'>): number {
  // In units of 512 bytes, whatever the disk's own are: stat(2).
  return Math.min(size, blocks * 512);
}

/**
 * Writes bytes at `position` of a new file, and leaves holes for what is zero, so that a disk image
 * takes up no more than it did. Set the file's length when all is written, unless this returns
 * `whole` for the last bytes: it may end in a hole.
 */
export async function writeSparse(
  handle: Pick<NewFile, 'write'>,
  bytes: Uint8Array,
  position: number,
): Promise<'whole' | 'ends-in-hole'> {
  let pending = 0;
  const writePending = (end: number) =>
    writeAll(handle, bytes.subarray(pending, end), position + pending);
  // Holes begin and end where blocks of the file do.
  let start = (holeBytes - (position % holeBytes)) % holeBytes;
  for (; start + holeBytes <= bytes.byteLength; start += holeBytes) {
    if (!zeros.equals(bytes.subarray(start, start + holeBytes))) continue;
    await writePending(start);
    pending = start + holeBytes;
  }
  await writePending(bytes.byteLength);
  return pending < bytes.byteLength ? 'whole' : 'ends-in-hole';
}

/** A multiple of every usual block, and large enough that a file is not cut into many pieces. */
const holeBytes = 1 << 16;
const zeros = Buffer.alloc(holeBytes);

/**
 * More at once makes some disks look for large pieces of memory for their cache: Linux 6.18 with ext4
 * took 8 s for a gigabyte written 8 MiB at a time, and 0.7 s by such pieces. Where other programs used
 * the memory, twice the size took a sixth more of the system's time.
 */
const maxWriteBytes = 1 << 17;

/** Writes all bytes at `position`; one call to the disk may take only some of them. */
async function writeAll(
  handle: Pick<NewFile, 'write'>,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  for (let written = 0; written < bytes.byteLength;) {
    const length = Math.min(bytes.byteLength - written, maxWriteBytes);
    const { bytesWritten } = await handle.write(bytes, written, length, position + written);
    written += bytesWritten;
  }
}

/**
 * Makes new names in a folder survive a power cut, if the disk can do that on demand. Those who ask
 * while the folder is being written share what comes next; `identity` tells that it is the same.
 * `folder` is its path, or its descriptor, which stays open until then.
 */
export function syncFolder(folder: string | number, identity: string): Promise<void> {
  // Windows cannot open a folder as a file, and NTFS journals names anyway.
  if (process.platform === 'win32') return Promise.resolve();
  const startNow = () => startSync(folder, identity);
  const sync = folderSyncs.get(identity);
  if (sync === undefined) return startNow();
  // The one under way may have missed a name that is new by now.
  return (sync.next ??= sync.running.then(startNow, startNow));
}

interface FolderSync {
  readonly running: Promise<void>;
  next: Promise<void> | undefined;
}

const folderSyncs = new Map<string, FolderSync>();

function startSync(folder: string | number, identity: string): Promise<void> {
  const sync: FolderSync = {
    running: syncNow(folder).finally(() => {
      if (sync.next === undefined) folderSyncs.delete(identity);
    }),
    next: undefined,
  };
  folderSyncs.set(identity, sync);
  return sync.running;
}

async function syncNow(folder: string | number): Promise<void> {
  if (typeof folder === 'number') {
    await new Promise<void>(resolve => {
      // Not every disk supports it; the names are there all the same.
      fsync(folder, () => {
        resolve();
      });
    });
    return;
  }
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch {
    // As above.
  } finally {
    await handle.close();
  }
}
