import type { FailureRecord } from '../../protocol/failures';
import type { FilePath } from '../../protocol/folders';
import { ignoredBy, type IgnoreReason } from '../../protocol/verdicts';
import { TimeSlice } from '../concurrency/timeSlice';
import { foldersAbove } from '../disk/filePath';
import type { CloudFile } from '../scan/cloudListing';
import type { RuledPath } from '../scan/exclude';
import { statAt } from '../scan/localScan';
import { isBusy, noteSafeAt, type LiveComparison } from './judgeByDisk';
import type { Entry } from './entry';

/**
 * Judges what is known below a folder by the present ignore rules. What they newly ignore is shown
 * as ignored at once. What they no longer ignore keeps its row: only the number of its copies in the
 * bucket is known, so that it takes a new comparison to judge it.
 */
export async function applyRules(live: LiveComparison, folder: FilePath): Promise<void> {
  const { comparison } = live;
  const rows = new Map<FilePath, IgnoredRow>();
  // The rules are asked in slices and applied in one, so that no row is missing meanwhile.
  for (const [path, ruled] of await ruledBelow(live, folder)) {
    const known = comparison.get(path);
    // A file on its way is judged when it has arrived.
    if (known === undefined || isBusy(known)) continue;
    const { ruling } = ruled;
    if (ruling.kind === 'unknown') {
      const verdict = { kind: 'unchecked', failure: ruling.failure } as const;
      comparison.place({ ...known, local: undefined, verdict });
      continue;
    }
    // A file of the ignored folder's name keeps the row.
    const isTaken = ruled.path !== path && isUnruledFile(live, ruled.path);
    const rowPath = isTaken ? path : ruled.path;
    const row = rows.get(rowPath);
    rows.set(rowPath, {
      isFolder: !isTaken && ruled.kind === 'folder',
      because: ruling.because,
      cloud: rowPath === path ? known.cloud : row?.cloud,
      hiddenCopies: (row?.hiddenCopies ?? 0) + copiesOf(known),
    });
    noteSafeAt(comparison, path, known);
    comparison.remove(path);
  }
  for (const [path, { isFolder, because, cloud, hiddenCopies }] of rows) {
    const verdict = { kind: 'ignored', because, hiddenCopies } as const;
    comparison.place({ path, isFolder, local: undefined, cloud, verdict });
  }
}

/**
 * The folder at, above or below a changed path of whose cloud copies only the number is known: a
 * link or an ignored folder was there, and now a folder is whose files count. It has to be compared
 * anew. `undefined` where there is none, so that the comparison at hand can judge the change.
 */
export function newlyIncludedBy(live: LiveComparison, path: FilePath): FilePath | undefined {
  const { comparison } = live;
  const above = [...foldersAbove(path), path].find(each => {
    const known = comparison.get(each);
    return known !== undefined && isNewlyIncluded(live, known);
  });
  if (above !== undefined) return above;
  for (const known of comparison.below(path)) if (isNewlyIncluded(live, known)) return path;
  return undefined;
}

/** The same, for each of them below a folder that nothing is known to have happened to. */
export function newlyIncludedBelow(live: LiveComparison, folder: FilePath): readonly FilePath[] {
  const known = [...live.comparison.below(folder)].filter(each => isNewlyIncluded(live, each));
  return known.map(({ path }) => path);
}

/** The paths at and below a changed one of which the comparison at hand knows both sides. */
export function judgeableBelow(
  { comparison }: LiveComparison,
  path: FilePath,
): readonly FilePath[] {
  const known = [...comparison.below(path)].filter(({ verdict }) => verdict.kind !== 'ignored');
  return known.map(entry => entry.path);
}

/** Marks what is no longer ignored as unchecked, where comparing it has failed. */
export function markUnknown(live: LiveComparison, folder: FilePath, failure: FailureRecord): void {
  const { comparison, exclude } = live;
  // Files that are created there later are not known to be missing in the cloud either.
  comparison.incomplete ??= failure;
  for (const known of [...comparison.below(folder)]) {
    if (known.verdict.kind !== 'ignored') continue;
    const isByRule = ignoredBy(known.verdict.because) === 'rule';
    const isStillIgnored = isByRule
      ? exclude.find(known.path, known.isFolder ? 'folder' : 'file') !== undefined
      : !isNewlyIncluded(live, known);
    if (!isStillIgnored) comparison.place({ ...known, verdict: { kind: 'unchecked', failure } });
  }
}

interface IgnoredRow {
  readonly isFolder: boolean;
  readonly because: IgnoreReason;
  readonly cloud: CloudFile | undefined;
  readonly hiddenCopies: number;
}

async function ruledBelow(
  { comparison, exclude, signal }: LiveComparison,
  folder: FilePath,
): Promise<ReadonlyMap<FilePath, RuledPath>> {
  const found = new Map<FilePath, RuledPath>();
  const slice = new TimeSlice(signal);
  for (const { path, isFolder, verdict } of [...comparison.below(folder)]) {
    const isNoPath = verdict.kind === 'ignored' && verdict.because.kind === 'not-a-path';
    // What is lost stays lost.
    if (!isNoPath && verdict.kind !== 'lost') {
      const ruled = exclude.find(path, isFolder ? 'folder' : 'file');
      if (ruled !== undefined) found.set(path, ruled);
    }
    if (slice.isOver) await slice.next(path);
  }
  return found;
}

/** Whether there is a file at a path that no rule ignores. */
function isUnruledFile({ comparison, exclude }: LiveComparison, path: FilePath): boolean {
  const own = comparison.get(path);
  return own !== undefined && !own.isFolder && exclude.match(path, 'file') === undefined;
}

function copiesOf({ verdict, cloud }: Entry): number {
  if (verdict.kind === 'ignored') return verdict.hiddenCopies;
  return cloud === undefined ? 0 : 1;
}

/** Whether something ignored stands for copies without rows of their own, and is a folder now. */
function isNewlyIncluded({ root, exclude }: LiveComparison, known: Entry): boolean {
  const { path, isFolder, verdict } = known;
  if (verdict.kind !== 'ignored' || verdict.hiddenCopies === 0) return false;
  if (!isFolder && verdict.because.kind !== 'link') return false;
  return statAt(root, path, exclude)?.kind === 'folder';
}
