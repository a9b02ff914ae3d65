import { isUtf8 } from 'node:buffer';
import { lstatSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { rootPath, type FilePath } from '../../protocol/folders';
import { Failure } from '../failures/failure';
import { childPath, fileName, foldersAbove, toAbsolutePath } from '../disk/filePath';

/** Which files below a workspace folder list what is not backed up. */
export interface IgnoreFiles {
  /** The workspace folder, absolute. */
  readonly root: string;
  /** Their names in each folder; later ones override earlier ones. */
  readonly names: readonly string[];
  /**
   * The workspace folder's path in the git repository that it is in, where git's rules are heeded;
   * empty where it is the repository's own folder, or in none.
   */
  readonly base: FilePath;
}

export interface IgnoreLine {
  readonly text: string;
  /** The folder that it speaks of, by its path in the repository. */
  readonly folder: FilePath;
  /** The ignore file; one above the workspace folder begins with `../`. */
  readonly source: FilePath;
  /** Counted from 1. */
  readonly line: number;
}

export const noIgnoreFiles: IgnoreFiles = { root: '', names: [], base: rootPath };

/** Returns `.s3backupignore` with the names in `others`, which it overrides in the same folder. */
export function ignoreFilesBelow(root: string, others: readonly string[]): IgnoreFiles {
  const base = others.includes(gitignore) ? pathInRepository(root) : rootPath;
  return { root, names: [...others, '.s3backupignore'], base };
}

const gitignore = '.gitignore';

/** A subfolder of a repository is part of it: git heeds the rules above it, and so do we. */
function pathInRepository(root: string): FilePath {
  let base = rootPath;
  for (let at = root; ;) {
    if (lstatSync(join(at, '.git'), { throwIfNoEntry: false }) !== undefined) return base;
    const above = dirname(at);
    if (above === at) return rootPath;
    base = (base === '' ? basename(at) : `${basename(at)}/${base}`) as FilePath;
    at = above;
  }
}

/** Whether an ignore file lies above the workspace folder. */
export function isAbove(path: FilePath): boolean {
  return path.startsWith('../');
}

/** Returns the lines of git's files above the workspace folder, the outermost first. */
function readAbove({ root, base }: IgnoreFiles): readonly IgnoreLine[] {
  if (base === '') return [];
  const folders = [rootPath, ...foldersAbove(base)];
  return folders.flatMap((folder, index) => {
    const source = `${'../'.repeat(folders.length - index)}${gitignore}` as FilePath;
    return linesOf({ root, source, folder });
  });
}

/**
 * Returns the lines of the ignore files in a folder, without empty ones. Throws
 * `ignore-file-unreadable`.
 */
export function readIgnoreFiles(files: IgnoreFiles, folder: FilePath): readonly IgnoreLine[] {
  const { root, names, base } = files;
  const own = names.flatMap(name =>
    linesOf({ root, source: childPath(folder, name), folder: inRepository(base, folder) }),
  );
  return folder === '' ? [...readAbove(files), ...own] : own;
}

/** The path in the repository of a path in the workspace folder. */
export function inRepository(base: FilePath, path: FilePath): FilePath {
  if (base === '' || path === '') return base === '' ? path : base;
  return childPath(base, path);
}

export function isIgnoreFile({ names }: IgnoreFiles, path: FilePath): boolean {
  return names.includes(fileName(path));
}

function linesOf({
  root,
  source,
  folder,
}: Pick<IgnoreFiles, 'root'> & Pick<IgnoreLine, 'source' | 'folder'>): readonly IgnoreLine[] {
  const text = readText(toAbsolutePath(root, source), source);
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line, index) => (line === '' ? [] : { text: line, folder, source, line: index + 1 }));
}

function readText(absolute: string, path: FilePath): string {
  try {
    const stat = lstatSync(absolute, { throwIfNoEntry: false });
    if (stat === undefined || stat.isDirectory()) return '';
    // A link is followed; if it is broken, the rules are unknown.
    const target = statSync(absolute);
    // Reading a pipe would block until another process writes to it.
    if (!target.isFile()) throw new Error('it is no regular file');
    if (target.size > maxBytes) throw new Error(`it is larger than ${String(maxBytes)} bytes`);
    const bytes = readFileSync(absolute);
    if (!isUtf8(bytes)) throw new Error('it is not UTF-8 text');
    return bytes.toString('utf8');
  } catch (error) {
    throw new Failure('ignore-file-unreadable', path, error);
  }
}

/** Nobody writes a longer list by hand. */
const maxBytes = 1 << 20;
