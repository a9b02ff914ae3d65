import { isUtf8 } from 'node:buffer';
import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { rootPath, type FilePath } from '../../protocol/folders';
import { Failure } from '../failures/failure';
import { found } from '../failures/found';
import { childPath, fileName, foldersAbove, parentPath, toAbsolutePath } from '../disk/filePath';

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
  /**
   * The list of the repository's copy alone, `.git/info/exclude`, where git's rules are heeded. What
   * it says counts less than any ignore file (https://git-scm.com/docs/gitignore).
   */
  readonly ofRepository: FilePath | undefined;
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

export const noIgnoreFiles: IgnoreFiles = {
  root: '',
  names: [],
  base: rootPath,
  ofRepository: undefined,
};

/** Returns `.s3backupignore` with the names in `others`, which it overrides in the same folder. */
export function ignoreFilesBelow(root: string, others: readonly string[]): IgnoreFiles {
  const names = [...others, '.s3backupignore'];
  const repository = others.includes(gitignore) ? repositoryOf(root) : undefined;
  if (repository === undefined) return { ...noIgnoreFiles, root, names };
  const { base, metadata } = repository;
  const list = relative(root, join(metadata, 'info', 'exclude'));
  // Between two drives of Windows no relative path leads.
  const ofRepository = isAbsolute(list) ? undefined : (list.replaceAll(sep, '/') as FilePath);
  return { root, names, base, ofRepository };
}

const gitignore = '.gitignore';

/** A subfolder of a repository is part of it: git heeds the rules above it, and so do we. */
function repositoryOf(
  root: string,
): { readonly base: FilePath; readonly metadata: string } | undefined {
  let base = rootPath;
  for (let at = root; ;) {
    const metadata = metadataFolder(join(at, '.git'));
    if (metadata !== undefined) return { base, metadata };
    const above = dirname(at);
    if (above === at) return undefined;
    base = (base === '' ? basename(at) : `${basename(at)}/${base}`) as FilePath;
    at = above;
  }
}

/**
 * The folder that all worktrees of a repository share. A worktree and a submodule have a file in
 * place of `.git` (https://git-scm.com/docs/gitrepository-layout).
 */
function metadataFolder(dotGit: string): string | undefined {
  const stat = statSync(dotGit, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isFile()) return dotGit;
  try {
    const [, named] = /^gitdir: (.+)/.exec(readFileSync(dotGit, 'utf8')) ?? [];
    if (named === undefined) return dotGit;
    const own = resolve(dirname(dotGit), named);
    const common = join(own, 'commondir');
    return existsSync(common) ? resolve(own, readFileSync(common, 'utf8').trim()) : own;
  } catch {
    // The repository is there all the same; git itself cannot use it.
    return dotGit;
  }
}

/** The folder whose rules come from an ignore file: what lies outside is read with the root's. */
export function folderRuledBy({ ofRepository }: IgnoreFiles, ignoreFile: FilePath): FilePath {
  const isOutside = ignoreFile === ofRepository || ignoreFile.startsWith('../');
  return isOutside ? rootPath : parentPath(ignoreFile);
}

/** Returns the lines of git's files outside the workspace folder, those that count least first. */
function readOutside({ root, base, ofRepository }: IgnoreFiles): readonly IgnoreLine[] {
  const list =
    ofRepository === undefined ? [] : linesOf({ root, source: ofRepository, folder: rootPath });
  return [...list, ...readAbove({ root, base })];
}

function readAbove({ root, base }: Pick<IgnoreFiles, 'root' | 'base'>): readonly IgnoreLine[] {
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
  return folder === '' ? [...readOutside(files), ...own] : own;
}

/** The path in the repository of a path in the workspace folder. */
export function inRepository(base: FilePath, path: FilePath): FilePath {
  if (base === '' || path === '') return base === '' ? path : base;
  return childPath(base, path);
}

export function isIgnoreFile({ names, ofRepository }: IgnoreFiles, path: FilePath): boolean {
  return names.includes(fileName(path)) || path === ofRepository;
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
    if (!target.isFile()) throw found`it is not a regular file`;
    if (target.size > maxBytes) throw found`it is larger than ${String(maxBytes)} bytes`;
    const bytes = readFileSync(absolute);
    if (!isUtf8(bytes)) throw found`it is not UTF-8 text`;
    return bytes.toString('utf8');
  } catch (error) {
    throw new Failure('ignore-file-unreadable', path, error);
  }
}

/** Nobody writes a longer list by hand. */
const maxBytes = 1 << 20;
