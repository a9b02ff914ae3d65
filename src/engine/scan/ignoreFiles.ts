import { isUtf8 } from 'node:buffer';
import { lstatSync, readFileSync, statSync, type Stats } from 'node:fs';
import { posix } from 'node:path';
import type { FilePath } from '../../protocol/folders';
import { Failure } from '../failures/failure';
import { childPath, toAbsolutePath } from '../disk/filePath';

/** The files below a workspace folder whose lines say what is not backed up. */
export interface IgnoreFiles {
  /** The lines of those that lie in a folder. Throws `ignore-file-unreadable`. */
  read(folder: FilePath): readonly IgnoreLine[];
  /** Whether a path is such a file's. */
  holds(path: FilePath): boolean;
}

export interface IgnoreLine {
  readonly text: string;
  /** The file that holds it. */
  readonly source: FilePath;
  /** From 1. */
  readonly line: number;
}

export const noIgnoreFiles: IgnoreFiles = { read: () => [], holds: () => false };

/** `others`: names of files that count too, before ours in the same folder. */
export function ignoreFilesBelow(root: string, others: readonly string[]): IgnoreFiles {
  const names = [...others, '.s3backupignore'];
  return {
    read: folder => names.flatMap(name => linesOf(root, childPath(folder, name))),
    holds: path => names.includes(posix.basename(path)),
  };
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
    // A link is followed, and one that leads nowhere leaves the rules unknown.
    const { size } = regular(statSync(absolute));
    if (size > mostBytes) throw new Error(`it is larger than ${String(mostBytes)} bytes`);
    const bytes = readFileSync(absolute);
    if (!isUtf8(bytes)) throw new Error('it is not UTF-8 text');
    return bytes.toString('utf8');
  } catch (error) {
    throw new Failure('ignore-file-unreadable', path, error);
  }
}

/** Reading a pipe would wait for whoever writes to it. */
function regular(stat: Stats): Stats {
  if (!stat.isFile()) throw new Error('it is no regular file');
  return stat;
}

/** More is no list that somebody wrote. */
const mostBytes = 1 << 20;
