import { open, statfs, type FileHandle } from 'node:fs/promises';
import type { FilePath } from '../../protocol/folders';
import { Failure } from '../failures/failure';

/** Throws `disk-full` if a file of this size, in bytes, cannot fit, before anything is fetched. */
export async function requireSpace(root: string, path: FilePath, size: number): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(root, { bigint: true });
  // Some network disks report no size.
  if (blocks > 0n && bavail * bsize < BigInt(size)) throw new Failure('disk-full', path);
}

/** Writes all bytes at `position`; one call to the disk may take only some of them. */
export async function writeAll(
  handle: FileHandle,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  for (let written = 0; written < bytes.byteLength;) {
    const { bytesWritten } = await handle.write(
      bytes,
      written,
      bytes.byteLength - written,
      position + written,
    );
    written += bytesWritten;
  }
}

/** Makes new names in a folder survive a power cut, if the disk can do that on demand. */
export async function syncFolder(absolute: string): Promise<void> {
  // Windows cannot open a folder as a file, and NTFS journals names anyway.
  if (process.platform === 'win32') return;
  const handle = await open(absolute, 'r');
  try {
    await handle.sync();
  } catch {
    // Not every disk supports it; the names are there all the same.
  } finally {
    await handle.close();
  }
}
