import type { FilePath } from '../../protocol/folders';
import { Failure, throwIfCancelled } from '../failures/failure';
import type { OpenFile } from './openFile';

/**
 * Reads an open file from its first byte to its last. The bytes are lent for the time of the call.
 * One that turns out to be longer than it was is `file-changing`: who reads on reads for nothing,
 * and for as long as somebody writes.
 */
export async function readAll(
  { handle }: Pick<OpenFile, 'handle'>,
  { path, size }: { readonly path: FilePath; readonly size: number },
  signal: AbortSignal,
  take: (bytes: Buffer) => void,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(readSize, size + 1));
  for (let position = 0; ;) {
    throwIfCancelled(signal, path);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    take(buffer.subarray(0, bytesRead));
    position += bytesRead;
    if (position > size) throw new Failure('file-changing', path);
  }
}

/** Small enough that Cancel is noticed at once, large enough to keep the disk busy. */
const readSize = 1 << 20;
