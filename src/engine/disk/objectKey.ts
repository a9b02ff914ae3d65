import systemPath from 'node:path';
import type { FilePath } from '../../protocol/folders';
import type { KeyFault } from '../../protocol/verdicts';
import type { PathStyle } from './filePath';
import { isStagedFile } from './stagedFile';

/** The key of a file's copy in the bucket. `prefix` is empty or ends in `/`. */
export function toKey(prefix: string, path: FilePath): string {
  return prefix + path;
}

export type KeyReading =
  | { readonly kind: 'path'; readonly path: FilePath }
  | { readonly kind: 'not-a-path'; readonly because: KeyFault };

/** Returns the file that a key stands for, or why no file on this disk can have that key. */
export function readKey(prefix: string, key: string, style: PathStyle = systemPath): KeyReading {
  if (!key.startsWith(prefix)) return { kind: 'not-a-path', because: 'outside-prefix' };
  const rest = key.slice(prefix.length);
  const because = keyFault(rest, style);
  return because === undefined
    ? { kind: 'path', path: rest as FilePath }
    : { kind: 'not-a-path', because };
}

/**
 * The longest key that S3 takes, in bytes of UTF-8:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
 */
export const maxKeyBytes = 1024;

function keyFault(rest: string, { sep }: PathStyle): KeyFault | undefined {
  if (rest === '' || rest.endsWith('/')) return 'folder-marker';
  if (rest.includes('\0')) return 'nul';
  if (sep === '\\' && rest.includes('\\')) return 'backslash';
  if (rest.startsWith('/') || rest.includes('//')) return 'empty-segment';
  if (isStagedFile(rest)) return 'staged-file';
  // Few keys have a segment that begins with a dot; only those are split.
  if (!rest.startsWith('.') && !rest.includes('/.')) return undefined;
  return rest.split('/').some(segment => segment === '.' || segment === '..')
    ? 'dot-segment'
    : undefined;
}
