import { lookup } from 'mrmime';
import type { FilePath } from '../../protocol/folders';

/** The media type that a file's name promises. */
export function contentType(path: FilePath): string {
  return lookup(path) ?? 'application/octet-stream';
}
