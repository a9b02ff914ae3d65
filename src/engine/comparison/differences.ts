import { rootPath, type FilePath } from '../../protocol/folders';
import type { Difference } from '../../protocol/plans';
import type { Group } from '../../protocol/verdicts';
import type { Comparison } from './comparison';
import { parentPath } from '../disk/filePath';
import { bytesOf, type Entry } from './entry';

/** The groups that a back-up sends. */
export const groupsToBackUp: readonly Group[] = ['out-of-date', 'missing-in-cloud'];

/**
 * What can be chosen for a back-up: every file, or folders where the files would be too many to read
 * through. The rows cover every file exactly once.
 */
export function differencesOf(comparison: Comparison): readonly Difference[] {
  const entries = groupsToBackUp.flatMap(group => [...comparison.inGroup(group, rootPath)]);
  if (entries.length > maxFiles) return byFolder(entries);
  return entries
    .map(entry => ({
      kind: 'file' as const,
      path: entry.path,
      group: entry.verdict.kind,
      files: 1,
      bytes: bytesOf(entry),
    }))
    .sort((one, other) => byName.compare(one.path, other.path));
}

/** More files than this are shown by folder. */
const maxFiles = 1000;
const maxFolderRows = 200;
const byName = new Intl.Collator(undefined, { numeric: true });

function byFolder(entries: readonly Entry[]): readonly Difference[] {
  const root = treeOf(entries);
  let rows = rowsIn(root);
  // Replaces the folder with most files by its folders, as long as the list stays short.
  for (;;) {
    const largest = rows
      .filter(row => row.kind === 'folder' && row.folder.folders.size > 0)
      .reduce<Row | undefined>(
        (one, row) => (row.files > (one?.files ?? 0) ? row : one),
        undefined,
      );
    if (largest === undefined) break;
    const opened = rowsIn(largest.folder);
    if (rows.length - 1 + opened.length > maxFolderRows) break;
    rows = [...rows.filter(row => row !== largest), ...opened];
  }
  return rows
    .map(({ kind, folder, files, bytes }) => ({ kind, path: folder.path, files, bytes }))
    .sort((one, other) => byName.compare(one.path, other.path));
}

interface Folder {
  readonly path: FilePath;
  readonly folders: Map<FilePath, Folder>;
  /** At and below it. */
  files: number;
  bytes: number;
  /** In it, but in none of its folders. */
  looseFiles: number;
  looseBytes: number;
}

interface Row {
  readonly kind: 'folder' | 'loose-files';
  readonly folder: Folder;
  readonly files: number;
  readonly bytes: number;
}

function rowsIn(folder: Folder): readonly Row[] {
  const folders = [...folder.folders.values()].map(each => ({
    kind: 'folder' as const,
    folder: each,
    files: each.files,
    bytes: each.bytes,
  }));
  if (folder.looseFiles === 0) return folders;
  const { looseFiles: files, looseBytes: bytes } = folder;
  return [{ kind: 'loose-files', folder, files, bytes }, ...folders];
}

function treeOf(entries: readonly Entry[]): Folder {
  const known = new Map<FilePath, Folder>();
  const folderAt = (path: FilePath): Folder => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const folder = { path, folders: new Map(), files: 0, bytes: 0, looseFiles: 0, looseBytes: 0 };
    known.set(path, folder);
    if (path !== '') folderAt(parentPath(path)).folders.set(path, folder);
    return folder;
  };
  const root = folderAt('' as FilePath);
  for (const entry of entries) {
    const holder = folderAt(parentPath(entry.path));
    const bytes = bytesOf(entry);
    holder.looseFiles++;
    holder.looseBytes += bytes;
    for (let at = holder.path; ; at = parentPath(at)) {
      const folder = folderAt(at);
      folder.files++;
      folder.bytes += bytes;
      if (at === '') break;
    }
  }
  return root;
}
