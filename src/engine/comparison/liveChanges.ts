import { setImmediate as nextTurn } from 'node:timers/promises';
import { rootPath, type FilePath } from '../../protocol/folders';
import type { Piece } from '../concurrency/quietTime';
import { TimeSlice } from '../concurrency/timeSlice';
import { isWithin } from '../disk/filePath';
import { isCancelled, throwIfCancelled, toFailure } from '../failures/failure';
import { pathOf } from '../compare/join';
import { isUnchanged, statAlong, statAt, scanLocal, type LocalEntry } from '../scan/localScan';
import { isSameEntry } from './entry';
import { applyLeaf, markGone, type LiveComparison } from './judgeByDisk';

/**
 * Judges paths again that were created, changed or deleted, by what is on disk now and without
 * reading any file. A folder's path stands for everything below it.
 */
export async function applyChanges(
  live: LiveComparison,
  paths: readonly FilePath[],
): Promise<void> {
  const slice = new TimeSlice(live.signal);
  for (const path of paths) {
    if (slice.isOver) await slice.next(path);
    throwIfCancelled(live.signal, path);
    const entry = statAlong(live.root, path, live.exclude);
    if (entry === undefined) {
      markGone(live, [...live.comparison.below(path)]);
    } else if (entry.kind === 'folder') {
      const look = lookBelow({ ...live, start: path, included: [], onFound: () => undefined });
      while ((await look.next()).done !== true);
    } else {
      applyLeaf(live, entry);
      // It may have taken the place of a folder.
      const leaf = pathOf(entry);
      const below = [...live.comparison.below(leaf)].filter(known => known.path !== leaf);
      markGone(live, below);
    }
  }
}

/**
 * Stats every file again that is shown as up to date, without reading any: events can be lost
 * without notice, and no row may stay green whose file is not the one that was compared.
 */
export async function recheckUpToDate(live: LiveComparison): Promise<void> {
  const { comparison, root, exclude, signal } = live;
  const slice = new TimeSlice(signal);
  for (const known of [...comparison.inGroup('up-to-date', rootPath)]) {
    if (slice.isOver) await slice.next(known.path);
    if (known.local !== undefined && isUnchanged(root, known.local)) continue;
    const now = statAt(root, known.path, exclude);
    if (now === undefined) markGone(live, [known]);
    else if (now.kind === 'folder') await applyChanges(live, [known.path]);
    else applyLeaf(live, now);
  }
}

export interface LookRequest extends LiveComparison {
  readonly start: FilePath;
  /**
   * Folders that are to be compared anew: what nobody knows the copies of is judged by that, and
   * not called missing here.
   */
  readonly included: readonly FilePath[];
  /** Called with each path whose row is another one now. */
  readonly onFound: (path: FilePath) => void;
}

/**
 * Judges again everything at and below a path by what is on disk now, without reading any file, in
 * pieces between which others may have their turn. Returns the files that were found there.
 */
export async function* lookBelow(
  look: LookRequest,
): AsyncGenerator<Piece, ReadonlySet<FilePath>, void> {
  const { comparison, start, signal, onFound } = look;
  const seen = new Set<FilePath>();
  // A folder above may be ignored by now, or be none: then that stands for all below it.
  let below = start;
  const scan = scanLocal(look);
  try {
    for (;;) {
      const begun = performance.now();
      const batch = await nextBatch(scan, start);
      if (batch === undefined) break;
      for (const entry of batch) {
        if (entry.kind === 'folder') continue;
        const path = pathOf(entry);
        seen.add(path);
        if (isWithin(start, path)) below = path;
        if (!isJudgedNow(look, path)) continue;
        const known = comparison.get(path);
        applyLeaf(look, entry);
        if (!isSameEntry(comparison.get(path), known)) onFound(path);
      }
      yield pieceSince(begun, batch.length);
    }
  } finally {
    // A look that nobody wants any more leaves no folder open.
    await scan.return(undefined);
  }
  const missed: FilePath[] = [];
  // A million entries would take much room; paths take little.
  for (const { path } of comparison.below(below)) {
    if (!seen.has(path) && isJudgedNow(look, path)) missed.push(path);
  }
  for (let done = 0; done < missed.length; done += maxMissedAtOnce) {
    await nextTurn();
    throwIfCancelled(signal, start);
    const begun = performance.now();
    const paths = missed.slice(done, done + maxMissedAtOnce);
    const now = paths.flatMap(path => comparison.get(path) ?? []);
    markGone(look, now);
    for (const known of now) {
      if (!isSameEntry(comparison.get(known.path), known)) onFound(known.path);
    }
    yield pieceSince(begun, now.length);
  }
  return seen;
}

const maxMissedAtOnce = 100;

/**
 * Returns nothing more where the walk cannot go on, since the start is gone, say: what is known of
 * it is then judged file by file.
 */
async function nextBatch(
  scan: ReturnType<typeof scanLocal>,
  start: FilePath,
): Promise<readonly LocalEntry[] | undefined> {
  try {
    const next = await scan.next();
    return next.done === true ? undefined : next.value;
  } catch (error) {
    const failure = toFailure(error, start);
    if (isCancelled(failure)) throw failure;
    return undefined;
  }
}

function isJudgedNow({ comparison, included }: LookRequest, path: FilePath): boolean {
  if (!included.some(folder => isWithin(path, folder))) return true;
  const known = comparison.get(path);
  return known !== undefined && known.verdict.kind !== 'ignored';
}

function pieceSince(begun: number, files: number): Piece {
  const ms = performance.now() - begun;
  return { ms, isSlow: ms > shortMs && ms > files * slowFileMs };
}

/** Less is noise. */
const shortMs = 1;
/** A `stat` takes a hundredth of this on a local disk, and more than it over most networks. */
const slowFileMs = 0.1;
