import type { FilePath } from '../../protocol/folders';
import { Failure, throwIfCancelled } from '../failures/failure';
import type { OpenFile } from './openFile';

export interface ReadRequest {
  readonly file: Pick<OpenFile, 'read' | 'fields'>;
  readonly local: { readonly path: FilePath; readonly size: number };
  readonly signal: AbortSignal;
  /** Takes the bytes in order; they are valid during the call only. */
  readonly onBytes: (bytes: Buffer) => void;
  /** Awaited after each MiB, where the reading is to leave time to others. */
  readonly between?: (() => Promise<void>) | undefined;
}

/**
 * Reads an open file from its first byte to its last. Throws `file-changing` if it turns out to be
 * longer than it was: it could go on for as long as somebody writes, and for nothing. Throws
 * `wrong-size` if it is longer than its disk says.
 */
export async function readAll(request: ReadRequest): Promise<void> {
  const { file, local, signal, onBytes, between } = request;
  const { path, size } = local;
  const buffer = Buffer.allocUnsafe(Math.min(maxReadBytes, size + 1));
  for (let position = 0; ;) {
    throwIfCancelled(signal, path);
    const bytesRead = await file.read(buffer, position);
    if (bytesRead === 0) return;
    onBytes(buffer.subarray(0, bytesRead));
    position += bytesRead;
    if (position > size) throw longer(file, { path, size });
    await between?.();
  }
}

/** Names why a file holds more bytes than it was said to have. */
function longer(
  file: Pick<OpenFile, 'fields'>,
  { path, size }: { readonly path: FilePath; readonly size: number },
): Failure {
  const now = Number(file.fields().size);
  return new Failure(now === size ? 'wrong-size' : 'file-changing', path);
}

/**
 * Throws where a file goes on after the last byte that its disk tells of: virtual files, of the
 * kernel or of programs, may say that they are empty. Throws `file-changing` if it has just grown.
 */
export async function requireEnd(
  file: Pick<OpenFile, 'read' | 'fields'>,
  local: { readonly path: FilePath; readonly size: number },
): Promise<void> {
  if ((await file.read(Buffer.allocUnsafe(1), local.size)) > 0) throw longer(file, local);
}

/** Small enough to notice Cancel at once, large enough to keep the disk busy. */
const maxReadBytes = 1 << 20;

export interface RangeRequest {
  readonly file: Pick<OpenFile, 'read'>;
  readonly path: FilePath;
  /** In bytes. */
  readonly start: number;
  /** Filled with as many bytes as it holds. */
  readonly buffer: Buffer;
  readonly signal: AbortSignal;
}

/** Fills the buffer from the file. Returns `false` if the file ends before. */
export async function readRange(request: RangeRequest): Promise<boolean> {
  const { file, path, start, buffer, signal } = request;
  const { length } = buffer;
  for (let filled = 0; filled < length;) {
    throwIfCancelled(signal, path);
    const bytesRead = await file.read(buffer.subarray(filled), start + filled);
    if (bytesRead === 0) return false;
    filled += bytesRead;
  }
  return true;
}
