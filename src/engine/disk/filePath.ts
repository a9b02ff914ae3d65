import systemPath, { type PlatformPath } from 'node:path';
import type { FilePath } from '../../protocol/folders';

/** How a system writes paths: Node's `posix` or `win32`, so that both can be tried on any. */
export type PathStyle = Pick<PlatformPath, 'sep'>;

/**
 * Returns the path of a local file below `root`, both absolute as the system spells them, or
 * `undefined` if the file is not below it. The root itself is the empty path.
 */
export function toFilePath(
  root: string,
  absolute: string,
  style: PathStyle = systemPath,
): FilePath | undefined {
  const base = withoutTrailingSeparator(withDrive(root, style), style);
  const full = withDrive(absolute, style);
  if (full === base) return '' as FilePath;
  if (!full.startsWith(base + style.sep)) return undefined;
  const relative = full.slice(base.length + 1);
  return (style.sep === '/' ? relative : relative.replaceAll(style.sep, '/')) as FilePath;
}

/** Returns where a file of a workspace folder is on this machine's disk. */
export function toAbsolutePath(
  root: string,
  path: FilePath,
  style: PathStyle = systemPath,
): string {
  const base = withoutTrailingSeparator(root, style);
  // Without the separator, a drive alone would be the folder that is current on it.
  if (path === '') return /^([a-z]:)?$/i.test(base) ? base + style.sep : base;
  return base + style.sep + (style.sep === '/' ? path : path.replaceAll('/', style.sep));
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

function withoutTrailingSeparator(folder: string, { sep }: PathStyle): string {
  return folder.endsWith(sep) ? folder.slice(0, -1) : folder;
}

/** VS Code writes the letter of a drive small, Windows writes it large. */
function withDrive(path: string, { sep }: PathStyle): string {
  return sep === '/' ? path : path.replace(/^[a-z]:/, drive => drive.toUpperCase());
}
