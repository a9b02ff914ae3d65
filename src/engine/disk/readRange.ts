import type { FilePath } from '../../protocol/folders';
import { throwIfCancelled } from '../failures/failure';
import type { OpenFile } from './openFile';

/** Fills the buffer from the file; `false` where the file ends before. */
export async function readRange(
  file: OpenFile,
  path: FilePath,
  start: number,
  buffer: Buffer,
  signal: AbortSignal,
): Promise<boolean> {
  const { length } = buffer;
  for (let filled = 0; filled < length;) {
    throwIfCancelled(signal, path);
    const { bytesRead } = await file.handle.read(buffer, filled, length - filled, start + filled);
    if (bytesRead === 0) return false;
    filled += bytesRead;
  }
  return true;
}
