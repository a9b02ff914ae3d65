import { isUtf8 } from 'node:buffer';
import {
  lstatSync,
  opendirSync,
  statSync,
  type BigIntStats,
  type Dirent,
  type OpenDirOptions,
} from 'node:fs';
import { TimeSlice } from '../concurrency/timeSlice';
import { childPath, foldersAbove, toAbsolutePath } from '../disk/filePath';
import { isSameState, toLocalFile, type LocalFile } from '../disk/localFile';
import { isStagedFile } from '../disk/stagedFile';
import { fromDiskError } from '../failures/diskErrors';
import { Failure } from '../failures/failure';
import type { ExcludeRules, Ruling } from './exclude';
import type { FailureRecord } from '../../protocol/failures';
import type { FilePath } from '../../protocol/folders';
import type { IgnoreReason } from '../../protocol/verdicts';

export type LocalEntry =
  | { readonly kind: 'file'; readonly file: LocalFile }
  | { readonly kind: 'folder'; readonly path: FilePath }
  | {
      readonly kind: 'ignored';
      readonly path: FilePath;
      readonly isFolder: boolean;
      readonly because: IgnoreReason;
    }
  | {
      readonly kind: 'unreadable';
      readonly path: FilePath;
      readonly isFolder: boolean;
      readonly failure: FailureRecord;
    };

export interface ScanRequest {
  /** Absolute, as the system spells it. */
  readonly root: string;
  /** The file or folder to scan; empty for the whole workspace folder. */
  readonly start: FilePath;
  readonly exclude: ExcludeRules;
  readonly signal: AbortSignal;
}

/**
 * Yields everything on disk at or below `start`, in batches, parents before children. Links and
 * ignored folders are entries, but nothing below them is read; what cannot be read is an entry, too.
 * Throws `file-vanished` if `start` does not exist, and the disk's failure if the root cannot be read.
 */
export async function* scanLocal(request: ScanRequest): AsyncGenerator<readonly LocalEntry[]> {
  const { root, start, exclude, signal } = request;
  const first = statAlong(root, start, exclude);
  if (first === undefined) {
    throw new Failure('file-vanished', start === '' ? root : start);
  }
  let batch: LocalEntry[] = [];
  if (start !== '' || first.kind !== 'folder') batch.push(first);
  const folders: FilePath[] = first.kind === 'folder' ? [start] : [];
  const slice = new TimeSlice(signal);
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readFolder(root, folder, exclude)) {
      batch.push(entry);
      if (entry.kind === 'folder') folders.push(entry.path);
      if (!slice.isOver) continue;
      yield batch;
      batch = [];
      await slice.next(folder);
    }
  }
  if (batch.length > 0) yield batch;
}

const statOptions = { bigint: true, throwIfNoEntry: false } as const;

/** Returns what is at one path now, or `undefined` if there is nothing or only a staged file. */
export function statAt(
  root: string,
  path: FilePath,
  exclude: ExcludeRules,
): LocalEntry | undefined {
  if (isStagedFile(path)) return undefined;
  try {
    // The workspace folder itself may be a link; no link below it is followed.
    const statOf = path === '' ? statSync : lstatSync;
    const stat = statOf(toAbsolutePath(root, path), statOptions);
    return stat === undefined ? undefined : toEntry(path, stat, exclude);
  } catch (error) {
    const failure = fromDiskError(error, path);
    if (failure.code === 'file-vanished') return undefined;
    return { kind: 'unreadable', path, isFolder: false, failure: failure.toRecord() };
  }
}

/** Whether a file is just as it was seen; where that cannot be told, it is not. */
export function isUnchanged(root: string, seen: LocalFile): boolean {
  try {
    const stat = lstatSync(toAbsolutePath(root, seen.path), statOptions);
    return stat?.isFile() === true && isSameState(seen, toLocalFile(seen.path, stat));
  } catch {
    // Whoever looks closer will be told why.
    return false;
  }
}

/**
 * Returns what is at a path whose folders have not been scanned. If a folder above it is ignored,
 * unreadable or a link, that is returned instead: nothing below it is backed up.
 */
export function statAlong(
  root: string,
  path: FilePath,
  exclude: ExcludeRules,
): LocalEntry | undefined {
  for (const folder of foldersAbove(path)) {
    const above = statAt(root, folder, exclude);
    if (above?.kind === 'file') return undefined;
    if (above?.kind !== 'folder') return above;
  }
  return statAt(root, path, exclude);
}

function* readFolder(root: string, folder: FilePath, exclude: ExcludeRules): Generator<LocalEntry> {
  const escapedNames = new Set<string>();
  try {
    for (const child of childrenOf(toAbsolutePath(root, folder))) {
      if (!isUtf8(child.name)) {
        let escaped = escapeInvalid(child.name);
        // Another file may have this very name.
        while (escapedNames.has(escaped) || exists(root, childPath(folder, escaped)))
          escaped += '?';
        escapedNames.add(escaped);
        yield unnameable(childPath(folder, escaped), child);
        continue;
      }
      const path = childPath(folder, child.name.toString('utf8'));
      if (isStagedFile(path)) continue;
      const entry = child.isDirectory() ? folderEntry(path, exclude) : statAt(root, path, exclude);
      if (entry !== undefined) yield entry;
    }
  } catch (error) {
    const failure = fromDiskError(error, folder === '' ? root : folder);
    if (folder === '') throw failure;
    if (failure.code !== 'file-vanished') {
      yield { kind: 'unreadable', path: folder, isFolder: true, failure: failure.toRecord() };
    }
  }
}

/**
 * Yields what is in a folder, read in batches: a list of a million names would hold the thread for
 * seconds. Names are bytes, since decoding would silently change one that is not valid UTF-8.
 */
function* childrenOf(absolute: string): Generator<Dirent<Buffer>> {
  const options: OpenDirOptions = { bufferSize: namesAtOnce };
  // The types of Node know no names in bytes here.
  Object.assign(options, { encoding: 'buffer' });
  const directory = opendirSync(absolute, options);
  try {
    for (;;) {
      const child = directory.readSync() as Dirent<Buffer> | null;
      if (child === null) return;
      yield child;
    }
  } finally {
    directory.closeSync();
  }
}

const namesAtOnce = 256;

function exists(root: string, path: FilePath): boolean {
  return lstatSync(toAbsolutePath(root, path), { throwIfNoEntry: false }) !== undefined;
}

function toEntry(path: FilePath, stat: BigIntStats, exclude: ExcludeRules): LocalEntry {
  if (stat.isDirectory()) return folderEntry(path, exclude);
  const ruling = exclude.match(path, 'file');
  if (ruling !== undefined) return ruledEntry(path, 'file', ruling);
  if (stat.isFile()) return { kind: 'file', file: toLocalFile(path, stat) };
  const because = { kind: stat.isSymbolicLink() ? 'link' : 'special-file' } as const;
  return { kind: 'ignored', path, isFolder: false, because };
}

function folderEntry(path: FilePath, exclude: ExcludeRules): LocalEntry {
  const ruling = path === '' ? undefined : exclude.match(path, 'folder');
  return ruling === undefined ? { kind: 'folder', path } : ruledEntry(path, 'folder', ruling);
}

/** Returns the entry of a path that is ignored, or whose rules cannot be read. */
function ruledEntry(path: FilePath, kind: 'file' | 'folder', ruling: Ruling): LocalEntry {
  const isFolder = kind === 'folder';
  return ruling.kind === 'ignored'
    ? { kind: 'ignored', path, isFolder, because: ruling.because }
    : { kind: 'unreadable', path, isFolder, failure: ruling.failure };
}

function unnameable(path: FilePath, child: Dirent<Buffer>): LocalEntry {
  return {
    kind: 'unreadable',
    path,
    isFolder: child.isDirectory(),
    failure: new Failure('name-not-unicode', path).toRecord(),
  };
}

/** Returns a name that is not valid UTF-8 as text, with all bytes but ASCII as `\xNN`. */
function escapeInvalid(name: Buffer): string {
  let escaped = '';
  for (const byte of name) {
    escaped += byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return escaped;
}
