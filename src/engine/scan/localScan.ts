import { isUtf8 } from 'node:buffer';
import { lstatSync, readdirSync, statSync, type BigIntStats, type Dirent } from 'node:fs';
import { TimeSlice } from '../concurrency/timeSlice';
import { childPath, toAbsolutePath } from '../disk/filePath';
import { type LocalFile, toLocalFile } from '../disk/localFile';
import { isStagedFile } from '../disk/stagedFile';
import { fromDiskError } from '../failures/diskErrors';
import { Failure } from '../failures/failure';
import type { Exclude, Ruling } from './exclude';
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
  /** The file or folder to begin with; empty for the whole folder. */
  readonly start: FilePath;
  readonly exclude: Exclude;
  readonly signal: AbortSignal;
}

/**
 * Everything below `start` that is on disk, in batches, parents before children. Links are named
 * and never followed, ignored folders are not walked into, and what cannot be read is an entry of
 * its own. Throws only where `start` is not there or the root cannot be read.
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

/** What is at one path right now, or `undefined` where nothing is, or only a file of our own. */
export function statAt(root: string, path: FilePath, exclude: Exclude): LocalEntry | undefined {
  if (isStagedFile(path)) return undefined;
  try {
    // The folder itself may be opened by a link to it; nothing below it is followed.
    const look = path === '' ? statSync : lstatSync;
    const stat = look(toAbsolutePath(root, path), { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? undefined : toEntry(path, stat, exclude);
  } catch (error) {
    const failure = fromDiskError(error, path);
    if (failure.code === 'file-vanished') return undefined;
    return { kind: 'unreadable', path, isFolder: false, failure: failure.toRecord() };
  }
}

/**
 * What is at a path whose folders have not been looked at: an ignored folder or a link above it
 * stands for it, since nothing below those is backed up.
 */
export function statAlong(root: string, path: FilePath, exclude: Exclude): LocalEntry | undefined {
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    const above = statAt(root, path.slice(0, end) as FilePath, exclude);
    if (above?.kind === 'file') return undefined;
    if (above?.kind !== 'folder') return above;
  }
  return statAt(root, path, exclude);
}

function* readFolder(root: string, folder: FilePath, exclude: Exclude): Generator<LocalEntry> {
  let children: Dirent<Buffer>[];
  try {
    // As bytes: a name that is not valid UTF-8 would silently become another one.
    children = readdirSync(toAbsolutePath(root, folder), {
      withFileTypes: true,
      encoding: 'buffer',
    });
  } catch (error) {
    const failure = fromDiskError(error, folder === '' ? root : folder);
    if (folder === '') throw failure;
    if (failure.code !== 'file-vanished') {
      yield { kind: 'unreadable', path: folder, isFolder: true, failure: failure.toRecord() };
    }
    return;
  }
  let taken: Set<string> | undefined;
  for (const child of children) {
    if (!isUtf8(child.name)) {
      taken ??= new Set(children.map(({ name }) => name.toString('utf8')));
      let shown = escapeInvalid(child.name);
      // A valid name may be spelled like that; it is another file's.
      while (taken.has(shown)) shown += '?';
      taken.add(shown);
      yield unnameable(childPath(folder, shown), child);
      continue;
    }
    const path = childPath(folder, child.name.toString('utf8'));
    if (isStagedFile(path)) continue;
    const entry = child.isDirectory() ? folderEntry(path, exclude) : statAt(root, path, exclude);
    if (entry !== undefined) yield entry;
  }
}

function toEntry(path: FilePath, stat: BigIntStats, exclude: Exclude): LocalEntry {
  if (stat.isDirectory()) return folderEntry(path, exclude);
  const ruling = exclude.match(path, 'file');
  if (ruling !== undefined) return ruledEntry(path, 'file', ruling);
  if (stat.isFile()) return { kind: 'file', file: toLocalFile(path, stat) };
  const because = { kind: stat.isSymbolicLink() ? 'link' : 'special-file' } as const;
  return { kind: 'ignored', path, isFolder: false, because };
}

function folderEntry(path: FilePath, exclude: Exclude): LocalEntry {
  const ruling = path === '' ? undefined : exclude.match(path, 'folder');
  return ruling === undefined ? { kind: 'folder', path } : ruledEntry(path, 'folder', ruling);
}

/** What is not looked at any closer, by a rule or for lack of one. */
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

/** A way to show a name that is not valid UTF-8: its odd bytes as `\xNN`. */
function escapeInvalid(name: Buffer): string {
  let shown = '';
  for (const byte of name) {
    shown += byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return shown;
}
