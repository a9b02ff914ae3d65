import { rootPath, type FilePath } from '../../protocol/folders';
import type { Activity, FileRow, Side } from '../../protocol/rows';
import { callsSafe, type Group } from '../../protocol/verdicts';
import type { Finding } from '../compare/finding';
import { onlyInCloud } from '../compare/judge';
import { parentPath } from '../disk/filePath';
import type { LocalFile } from '../disk/localFile';
import { isArchiveClass } from '../ports/bucket';
import type { CloudFile } from '../scan/cloudListing';

/**
 * A finding of a comparison, with what is shown of it. There may be a million, almost all of which have
 * nothing to show but themselves: what can be computed or left out takes no room here.
 */
export interface Entry extends Finding {
  /** What is being done to the file, or has just been done. */
  readonly activity?: Activity | undefined;
  /** The group that shows its row, while that is another one than the verdict's. */
  readonly shownIn?: Group | undefined;
}

/** Returns a finding as an entry, whatever was shown of it before. */
export function toEntry(
  { path, isFolder, local, cloud, verdict }: Finding,
  shown: Pick<Entry, 'activity' | 'shownIn'> = {},
): Entry {
  return { path, isFolder, local, cloud, verdict, ...shown };
}

/** Whether two entries are the same one: of a file that is only in the cloud it is made anew each time. */
export function isSameEntry(one: Entry | undefined, other: Entry | undefined): boolean {
  if (one === undefined || other === undefined || one === other) return one === other;
  return one.verdict === onlyInCloud && one.activity === other.activity && isOnlyMarked(one, other);
}

/** The group that shows its row: the verdict's, or the one before while the row is just finished. */
export function groupOf({ shownIn, verdict }: Entry): Group {
  return shownIn ?? verdict.kind;
}

/** What it adds to its group's total. */
export function bytesOf({ local, cloud }: Finding): number {
  return local?.size ?? cloud?.size ?? 0;
}

/** The folder that shows its row. A key that is no path is shown below none. */
export function folderOf({ path, verdict }: Finding): FilePath {
  const isNoPath = verdict.kind === 'ignored' && verdict.because.kind === 'not-a-path';
  return isNoPath ? rootPath : parentPath(path);
}

/** Whether two entries of one path differ in nothing that a group or a folder counts. */
export function isOnlyMarked(before: Entry, now: Entry): boolean {
  const [one, other] = [before.cloud, now.cloud];
  // That of a file that is only in the cloud is made anew each time.
  const isSameCopy = one?.etag === other?.etag && one?.size === other?.size;
  return before.verdict === now.verdict && before.local === now.local && isSameCopy;
}

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
