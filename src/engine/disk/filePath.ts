import { sep } from 'node:path';
import type { FilePath } from '../../protocol/folders';

/**
 * Returns the path of a local file below `root`, both absolute as the system spells them, or
 * `undefined` if the file is not below it. The root itself is the empty path.
 */
export function toFilePath(root: string, absolute: string): FilePath | undefined {
  const base = withoutTrailingSeparator(root);
  if (absolute === base) return '' as FilePath;
  if (!absolute.startsWith(base + sep)) return undefined;
  const relative = absolute.slice(base.length + 1);
  return (sep === '/' ? relative : relative.replaceAll(sep, '/')) as FilePath;
}

/** Returns where a file of a workspace folder is on this machine's disk. */
export function toAbsolutePath(root: string, path: FilePath): string {
  const base = withoutTrailingSeparator(root);
  if (path === '') return base === '' ? sep : base;
  return base + sep + (sep === '/' ? path : path.replaceAll('/', sep));
}

/** The path of a child of `folder`; `folder` is empty for the root. */
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

/** Yields the folders above a path from the top down, without the root. */
export function* foldersAbove(path: FilePath): Generator<FilePath> {
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    yield path.slice(0, end) as FilePath;
  }
}

/** Whether a path is `folder` or lies below it; everything lies below the empty path. */
export function isWithin(path: FilePath, folder: FilePath): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** Whether a path is one of the places or lies below one; everything lies below the empty path. */
export function isWithinAny(path: FilePath, places: ReadonlySet<FilePath>): boolean {
  if (places.has('' as FilePath) || places.has(path)) return true;
  for (const folder of foldersAbove(path)) if (places.has(folder)) return true;
  return false;
}

/** Returns those of the paths that do not lie below another one of them. */
export function topmost(paths: readonly FilePath[]): readonly FilePath[] {
  const distinct = new Set(paths);
  if (distinct.has('' as FilePath)) return ['' as FilePath];
  return [...distinct].filter(
    path => ![...foldersAbove(path)].some(folder => distinct.has(folder)),
  );
}

function withoutTrailingSeparator(folder: string): string {
  return folder.endsWith(sep) ? folder.slice(0, -1) : folder;
}
