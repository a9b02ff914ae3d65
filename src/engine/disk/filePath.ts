import { sep } from 'node:path';
import type { FilePath } from '../../protocol/folders';
import type { KeyFault } from '../../protocol/verdicts';
import { isStagedFile } from './stagedFile';

/**
 * The path of a local file below `root`, both absolute as the system spells them, or `undefined`
 * where the file is not below it. The root itself is the empty path.
 */
export function toFilePath(root: string, absolute: string): FilePath | undefined {
  const base = withoutTrailingSeparator(root);
  if (absolute === base) return '' as FilePath;
  if (!absolute.startsWith(base + sep)) return undefined;
  const relative = absolute.slice(base.length + 1);
  return (sep === '/' ? relative : relative.replaceAll(sep, '/')) as FilePath;
}

/** Where a file of a workspace folder is on this machine's disk. */
export function toAbsolutePath(root: string, path: FilePath): string {
  const base = withoutTrailingSeparator(root);
  if (path === '') return base === '' ? sep : base;
  return base + sep + (sep === '/' ? path : path.replaceAll('/', sep));
}

/** The name under which a file is kept in the bucket. `prefix` is empty or ends in `/`. */
export function toKey(prefix: string, path: FilePath): string {
  return prefix + path;
}

export type KeyReading =
  | { readonly kind: 'path'; readonly path: FilePath }
  | { readonly kind: 'not-a-path'; readonly because: KeyFault };

/** Which file a key stands for; keys that no file can have are named, never guessed at. */
export function readKey(prefix: string, key: string): KeyReading {
  if (!key.startsWith(prefix)) return { kind: 'not-a-path', because: 'outside-prefix' };
  const rest = key.slice(prefix.length);
  const because = keyFault(rest);
  return because === undefined
    ? { kind: 'path', path: rest as FilePath }
    : { kind: 'not-a-path', because };
}

function keyFault(rest: string): KeyFault | undefined {
  if (rest === '' || rest.endsWith('/')) return 'folder-marker';
  if (rest.includes('\0')) return 'nul';
  if (sep === '\\' && rest.includes('\\')) return 'backslash';
  if (rest.startsWith('/') || rest.includes('//')) return 'empty-segment';
  if (isStagedFile(rest)) return 'own-file';
  // Most keys hold no segment that begins with a dot; splitting is for the few that do.
  if (!rest.startsWith('.') && !rest.includes('/.')) return undefined;
  return rest.split('/').some(segment => segment === '.' || segment === '..')
    ? 'dot-segment'
    : undefined;
}

/** A path that names a child of `folder`; `folder` is empty for the root. */
export function childPath(folder: FilePath, name: string): FilePath {
  return (folder === '' ? name : `${folder}/${name}`) as FilePath;
}

/** The folder that holds a file; empty for the root. */
export function parentPath(path: FilePath): FilePath {
  return path.slice(0, Math.max(0, path.lastIndexOf('/'))) as FilePath;
}

/** A file's name without the folders above it. */
export function fileName(path: FilePath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether a path is `folder` or lies below it; everything lies below the empty path. */
export function isWithin(path: FilePath, folder: FilePath): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** Leaves out what lies below another one of these paths. */
export function topmost(paths: readonly FilePath[]): readonly FilePath[] {
  const distinct = new Set(paths);
  return [...distinct].filter(path => {
    for (let above = path; above !== '';) {
      above = parentPath(above);
      if (distinct.has(above)) return false;
    }
    return true;
  });
}

/** The longest key that S3 takes, in bytes of UTF-8. */
export const maximumKeyBytes = 1024;

function withoutTrailingSeparator(folder: string): string {
  return folder.endsWith(sep) ? folder.slice(0, -1) : folder;
}
