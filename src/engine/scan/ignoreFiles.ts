import { isUtf8 } from 'node:buffer';
import { lstatSync, readFileSync, statSync } from 'node:fs';
import type { FilePath } from '../../protocol/folders';
import { Failure } from '../failures/failure';
import { childPath, fileName, toAbsolutePath } from '../disk/filePath';

/** Which files below a workspace folder list what is not backed up. */
export interface IgnoreFiles {
  /** The workspace folder, absolute. */
  readonly root: string;
  /** Their names in each folder; later ones override earlier ones. */
  readonly names: readonly string[];
}

export interface IgnoreLine {
  readonly text: string;
  /** The ignore file. */
  readonly source: FilePath;
  /** Counted from 1. */
  readonly line: number;
}

export const noIgnoreFiles: IgnoreFiles = { root: '', names: [] };

/** Returns `.s3backupignore` with the names in `others`, which it overrides in the same folder. */
export function ignoreFilesBelow(root: string, others: readonly string[]): IgnoreFiles {
  return { root, names: [...others, '.s3backupignore'] };
}

/**
 * Returns the lines of the ignore files in a folder, without empty ones. Throws
 * `ignore-file-unreadable`.
 */
export function readIgnoreFiles(
  { root, names }: IgnoreFiles,
  folder: FilePath,
): readonly IgnoreLine[] {
  return names.flatMap(name => linesOf(root, childPath(folder, name)));
}

export function isIgnoreFile({ names }: IgnoreFiles, path: FilePath): boolean {
  return names.includes(fileName(path));
}

function linesOf(root: string, path: FilePath): readonly IgnoreLine[] {
  const text = readText(toAbsolutePath(root, path), path);
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line, index) => (line === '' ? [] : { text: line, source: path, line: index + 1 }));
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
