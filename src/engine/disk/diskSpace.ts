import { statfs } from 'node:fs/promises';
import type { FilePath } from '../../protocol/folders';
import { Failure } from '../failures/failure';

/** Throws `disk-full` where a file of this size can't fit, before any of it is fetched in vain. */
export async function requireRoom(root: string, path: FilePath, size: number): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(root, { bigint: true });
  // Some network disks don't say.
  if (blocks > 0n && bavail * bsize < BigInt(size)) throw new Failure('disk-full', path);
}
