import { createWriteStream } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../failure';
import type { LocalFile } from '../localScan';
import type { OpenFile } from '../openFile';

/**
 * Removes the name of an open file that was examined. Who has the file open, too, may have written
 * between the last look and now: then its bytes, which only the open file still has, get a name
 * again, and `differs-here` is thrown.
 */
export async function removeExamined(
  file: OpenFile,
  examined: LocalFile,
  absolute: string,
): Promise<void> {
  await unlink(absolute);
  // Some disks tell nothing of a file without a name.
  const now = await file.look().catch(() => examined);
  if (now.size === examined.size && now.modifiedAt === examined.modifiedAt) return;
  const { mode } = await file.handle.stat();
  await pipeline(
    file.handle.createReadStream({ start: 0, autoClose: false }),
    createWriteStream(absolute, { flags: 'wx', mode: mode & 0o777, flush: true }),
  );
  throw new Failure('differs-here', examined.path);
}
