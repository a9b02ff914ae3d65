import { createHash } from 'node:crypto';
import type { CloudFile } from './cloudListing';
import { Failure, throwIfCancelled } from './failure';
import { isSameState, type LocalFile } from './localScan';
import { withOpenFile } from './openFile';

export type ContentAnswer = 'equal' | 'different' | 'unknown';

/**
 * Whether a local file's bytes are those of its cloud copy, by what the listing gives away. Throws
 * where the file cannot be read, and `file-changing` where it is no longer the file that was seen.
 */
export async function compareContent(
  root: string,
  local: LocalFile,
  cloud: CloudFile,
  signal: AbortSignal,
): Promise<ContentAnswer> {
  if (local.size !== cloud.size) return 'different';
  if (!md5Etag.test(cloud.etag)) return 'unknown';
  return (await md5(root, local, signal)) === cloud.etag ? 'equal' : 'different';
}

/** The ETag of an object that was stored in one piece and not encrypted with a key of KMS. */
const md5Etag = /^[0-9a-f]{32}$/;

/** Small enough that Cancel is noticed at once, large enough to keep the disk busy. */
const readSize = 1 << 20;

function md5(root: string, local: LocalFile, signal: AbortSignal): Promise<string> {
  return withOpenFile(root, local.path, async file => {
    const hash = createHash('md5');
    const buffer = Buffer.allocUnsafe(Math.min(readSize, local.size + 1));
    for (let position = 0; ;) {
      throwIfCancelled(signal, local.path);
      const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    if (!isSameState(local, await file.look())) throw new Failure('file-changing', local.path);
    return hash.digest('hex');
  });
}
