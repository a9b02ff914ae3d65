import { rootPath, type FilePath } from '../../protocol/folders';
import type { Activity, FileRow, Side } from '../../protocol/rows';
import { callsSafe, type Group } from '../../protocol/verdicts';
import type { Finding } from '../compare/finding';
import { parentPath } from '../disk/filePath';
import type { LocalFile } from '../disk/localFile';
import { isArchiveClass } from '../ports/bucket';
import type { CloudFile } from '../scan/cloudListing';

/** A finding of a comparison, with what is shown of it. */
export interface Entry extends Finding {
  /** What is being done to the file, or has just been done. */
  readonly activity: Activity | undefined;
  /** The group that shows its row: the verdict's, or the one before while the row is just finished. */
  readonly group: Group;
  /** What it adds to its group's total. */
  readonly bytes: number;
  /** The folder that shows its row. */
  readonly folder: FilePath;
}

export function toEntry(
  finding: Finding,
  { activity, group }: Pick<Entry, 'activity' | 'group'>,
): Entry {
  const { path, isFolder, local, cloud, verdict } = finding;
  const bytes = local?.size ?? cloud?.size ?? 0;
  // Named one by one: there may be a million, and copying all fields takes several times as long.
  return {
    path,
    isFolder,
    local,
    cloud,
    verdict,
    activity,
    group,
    bytes,
    folder: folderOf(finding),
  };
}

/** A key that is no path is shown below no folder. */
function folderOf({ path, verdict }: Finding): FilePath {
  if (verdict.kind === 'ignored' && verdict.because.kind === 'not-a-path') return rootPath;
  const folder = parentPath(path);
  // Neighbours share one text for their folder.
  if (folder !== lastFolder) lastFolder = folder;
  return lastFolder;
}

let lastFolder = rootPath;

/** Whether a receipt or a hash proves that the file is safe, so that badge and status bar count it. */
export function isProved({ verdict }: Entry): boolean {
  return verdict.kind === 'up-to-date' && callsSafe(verdict.proof);
}

/** Whether the file was up to date once, and comparing it again has failed. */
export function isUnconfirmed({ verdict }: Entry): boolean {
  return verdict.kind === 'up-to-date' && verdict.proof === 'unconfirmed';
}

export function toFileRow({ path, isFolder, verdict, local, cloud, activity }: Entry): FileRow {
  return {
    kind: 'file',
    path,
    isFolder,
    verdict,
    local: local && localSide(local),
    cloud: cloud && cloudSide(cloud),
    ...(isArchiveClass(cloud?.storageClass) && { archived: true }),
    activity,
  };
}

/** What the editor is told of a local file. */
export function localSide({ size, mtimeNs }: LocalFile): Side {
  return { size, modifiedAtMs: Number(mtimeNs / 1_000_000n) };
}

/** What the editor is told of a cloud copy. */
export function cloudSide({ size, modifiedAtMs }: CloudFile): Side {
  return { size, modifiedAtMs };
}
