import type { FilePath } from '../../protocol/folders';
import type { IgnoreReason, Verdict } from '../../protocol/verdicts';
import type { Comparison } from './comparison';
import { foldersAbove } from '../disk/filePath';
import type { ExcludeRules } from '../scan/exclude';
import { keyTooLong, oddEntry, pathOf, type LocalLeaf } from '../compare/join';
import { judge } from '../compare/judge';
import { isSameState, type LocalFile } from '../disk/localFile';
import { statAt, type LocalEntry } from '../scan/localScan';
import type { Entry } from './entry';
import type { ComparisonJob } from './job';

/** A comparison that is kept true while its folder changes. */
export interface LiveComparison extends Pick<
  ComparisonJob,
  'root' | 'exclude' | 'rule' | 'bucket' | 'receipts'
> {
  readonly comparison: Comparison;
  readonly signal: AbortSignal;
}

/** Judges the row of what is on disk now; that of a file on its way is left alone. */
export function applyLeaf(live: LiveComparison, entry: LocalLeaf): void {
  const { comparison } = live;
  const path = pathOf(entry);
  const known = comparison.get(path);
  if (isBusy(known)) {
    const isSame =
      entry.kind === 'file' && known?.local !== undefined && isSameState(known.local, entry.file);
    if (!isSame) comparison.toldMeanwhile.add(path);
    return;
  }
  switch (entry.kind) {
    case 'file':
      applyFile(live, entry.file, known);
      return;
    case 'ignored':
      if (known?.verdict.kind === 'ignored') return;
      noteSafeAt(comparison, path, known);
      comparison.place({
        path,
        isFolder: entry.isFolder,
        local: undefined,
        cloud: known?.cloud,
        verdict: {
          kind: 'ignored',
          because: entry.because,
          hiddenCopies: known?.cloud === undefined && !isOfOddEntry(known) ? 0 : 1,
        },
      });
      return;
    case 'unreadable':
      if (known?.verdict.kind === 'unchecked') return;
      comparison.place({
        path,
        isFolder: entry.isFolder,
        local: undefined,
        cloud: known?.cloud,
        verdict: { kind: 'unchecked', failure: entry.failure },
      });
  }
}

function applyFile(live: LiveComparison, local: LocalFile, known: Entry | undefined): void {
  if (known?.local !== undefined && isSameState(known.local, local)) return;
  live.comparison.place({
    path: local.path,
    isFolder: false,
    local,
    cloud: isOfOddEntry(known) ? undefined : known?.cloud,
    verdict: verdictOfChanged(live, local, known),
  });
}

function verdictOfChanged(
  { comparison, receipts, bucket, rule }: LiveComparison,
  local: LocalFile,
  known: Entry | undefined,
): Verdict {
  const { path } = local;
  const tooLong = keyTooLong(comparison.target.prefix, path);
  if (tooLong !== undefined) return tooLong;
  // A conflict stays one, or the next upload would overwrite a copy that nobody has seen.
  if (known?.verdict.kind === 'changed-in-cloud') return known.verdict;
  if (isOfOddEntry(known)) return oddEntry(path);
  if (known?.cloud !== undefined) {
    const { clockOffsetMs } = bucket;
    // It was read in no state that it is in now.
    const unread = { local, cloud: known.cloud, receipt: receipts.get(path), reading: undefined };
    const asked = judge(unread, { rule, clockOffsetMs });
    // Until it is read, it counts as different: a copy that is none of ours makes it a conflict.
    const judged = asked.kind === 'ask-content' ? asked.different : asked;
    return judged.kind === 'changed-in-cloud'
      ? judged
      : { kind: 'out-of-date', because: 'changed-since-comparison' };
  }
  if (comparison.incomplete !== undefined) {
    return { kind: 'unchecked', failure: comparison.incomplete };
  }
  // What was gone from the cloud when it was compared is so still; once it is gone here, it is lost.
  const safeAt = safeAtOf(comparison, known);
  return { kind: 'missing-in-cloud', ...(safeAt !== undefined && { safeAt }) };
}

/** When a file was safe that is not in the cloud any more; milliseconds since 1970. */
function safeAtOf({ safeOnce }: Comparison, known: Entry | undefined): number | undefined {
  const verdict = known?.verdict;
  if (verdict?.kind === 'missing-in-cloud' || verdict?.kind === 'lost') return verdict.safeAt;
  const isNowhere = verdict?.kind === 'ignored' && verdict.hiddenCopies === 0;
  return isNowhere && known !== undefined ? safeOnce.get(known.path) : undefined;
}

/** Call it before a row becomes ignored, which does not say it: it may be a file's again, or go. */
export function noteSafeAt(comparison: Comparison, path: FilePath, known: Entry | undefined): void {
  const safeAt = safeAtOf(comparison, known);
  if (safeAt === undefined) comparison.safeOnce.delete(path);
  else comparison.safeOnce.set(path, safeAt);
}

/** Whether all that is known of a copy is an entry of the list that says nothing for certain. */
function isOfOddEntry(known: Entry | undefined): boolean {
  if (known === undefined) return false;
  const { verdict } = known;
  return (
    (verdict.kind === 'unchecked' && verdict.failure.code === 'odd-entry') ||
    (verdict.kind === 'ignored' && verdict.because.kind === 'not-a-path')
  );
}

/** Judges findings again whose local files are gone: by their cloud copies and receipts alone. */
export function markGone(live: LiveComparison, gone: readonly Entry[]): void {
  const { comparison, root, exclude, receipts } = live;
  const folders = new Map<FilePath, LocalEntry | undefined>();
  for (const known of gone) {
    const { path, cloud, verdict } = known;
    if (isBusy(known)) {
      comparison.toldMeanwhile.add(path);
      continue;
    }
    const found = statOrObstacle(path, { root, exclude, folders });
    if (found?.kind === 'file' && found.file.path === path) {
      // It was created, or created again, since it was missed.
      applyLeaf(live, found);
      continue;
    }
    if (verdict.kind === 'lost') continue;
    const safeAt = cloud === undefined ? safeAtOf(comparison, known) : undefined;
    if (safeAt !== undefined) {
      const lost = { kind: 'lost', safeAt } as const;
      const isFolder = false;
      comparison.place({ path, isFolder, local: undefined, cloud: undefined, verdict: lost });
      continue;
    }
    if (isOfOddEntry(known)) {
      if (known.local !== undefined) comparison.place({ ...known, local: undefined });
      continue;
    }
    // It may be lost: only the store can tell, and it did not.
    if (verdict.kind === 'unchecked' && cloud === undefined && receipts.get(path) !== undefined) {
      if (known.local !== undefined) comparison.place({ ...known, local: undefined });
      continue;
    }
    if (cloud === undefined) {
      // The rule ignores its copies in the bucket with or without a local file.
      if (verdict.kind !== 'ignored' || verdict.hiddenCopies === 0) comparison.remove(path);
      continue;
    }
    const now = verdictOfCopy(path, found, exclude);
    if (verdict.kind === 'only-in-cloud' && now.kind === 'only-in-cloud') continue;
    if (isStoodFor(comparison, path, found)) {
      comparison.remove(path);
      continue;
    }
    const isFolder = known.isFolder && now.kind === 'ignored';
    const hiddenCopies = verdict.kind === 'ignored' ? verdict.hiddenCopies : 1;
    comparison.place({
      path,
      isFolder,
      local: undefined,
      cloud,
      verdict: now.kind === 'ignored' ? { ...now, hiddenCopies } : now,
    });
  }
}

/**
 * Whether a path needs no row, since that of an ignored folder above stands for it. A file that was
 * restored into one has a row until it is looked at again.
 */
function isStoodFor(
  comparison: Comparison,
  path: FilePath,
  found: LocalEntry | undefined,
): boolean {
  if (found?.kind !== 'ignored' || !found.isFolder || found.path === path) return false;
  const above = comparison.get(found.path);
  return above?.verdict.kind === 'ignored' && above.verdict.hiddenCopies > 0;
}

interface StatRequest extends Pick<LiveComparison, 'root' | 'exclude'> {
  /** Remembers what is at the folders above, which many paths have in common. */
  readonly folders: Map<FilePath, LocalEntry | undefined>;
}

/** What is at a path, or what is in its way: the topmost of the folders above it that is none. */
function statOrObstacle(
  path: FilePath,
  { root, exclude, folders }: StatRequest,
): LocalEntry | undefined {
  for (const folder of foldersAbove(path)) {
    if (!folders.has(folder)) folders.set(folder, statAt(root, folder, exclude));
    const above = folders.get(folder);
    if (above?.kind !== 'folder') return above;
  }
  return statAt(root, path, exclude);
}

/** The verdict on a cloud copy without a local file, by what is on disk in the file's place. */
function verdictOfCopy(
  path: FilePath,
  found: LocalEntry | undefined,
  exclude: ExcludeRules,
): Verdict {
  const ignored = (because: IgnoreReason): Verdict => ({
    kind: 'ignored',
    because,
    hiddenCopies: 1,
  });
  switch (found?.kind) {
    case undefined: {
      const ruling = exclude.find(path, 'file')?.ruling;
      if (ruling === undefined) return { kind: 'only-in-cloud' };
      return ruling.kind === 'ignored'
        ? ignored(ruling.because)
        : { kind: 'unchecked', failure: ruling.failure };
    }
    case 'folder':
      return ignored({ kind: 'namesake-is-folder', path });
    case 'unreadable':
      return { kind: 'unchecked', failure: found.failure };
    case 'ignored':
      if (found.isFolder || found.path === path) return ignored(found.because);
      return ignored({ kind: 'below-local-file', path: found.path });
    case 'file':
      return ignored({ kind: 'below-local-file', path: found.file.path });
  }
}

/** Whether a file is on its way; it is judged when it has arrived. */
export function isBusy(known: Entry | undefined): boolean {
  return known?.activity?.kind === 'waiting' || known?.activity?.kind === 'under-way';
}
