import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FilePath } from '../../protocol/folders';
import type { IgnoreReason, Verdict } from '../../protocol/verdicts';
import type { Comparison, Entry } from './comparison';
import type { Exclude } from '../scan/exclude';
import { Failure, throwIfCancelled, toFailure } from '../failures/failure';
import { keyTooLong, pathOf, type LocalLeaf } from '../compare/join';
import { isSameState, type LocalFile } from '../disk/localFile';
import { statAlong, statAt, scanLocal, type LocalEntry } from '../scan/localScan';

/** A comparison that is kept true while its folder changes. */
export interface LiveComparison {
  readonly comparison: Comparison;
  readonly root: string;
  readonly exclude: Exclude;
  readonly signal: AbortSignal;
}

/**
 * Judges paths again that are said to have been created, changed or deleted, by what is there now.
 * A folder's path stands for everything below it.
 */
export async function applyChanges(
  live: LiveComparison,
  paths: readonly FilePath[],
): Promise<void> {
  let sliceEnd = performance.now() + slice;
  for (const path of paths) {
    if (performance.now() > sliceEnd) {
      await nextTurn();
      sliceEnd = performance.now() + slice;
    }
    throwIfCancelled(live.signal, path);
    const entry = statAlong(live.root, path, live.exclude);
    if (entry === undefined) {
      markGone(live, [...live.comparison.below(path)]);
    } else if (entry.kind === 'folder') {
      await applyFolder(live, path);
    } else {
      const standing = pathOf(entry);
      applyLeaf(live.comparison, entry);
      // It may have taken the place of a folder.
      const below = [...live.comparison.below(standing)];
      markGone(
        live,
        below.filter(known => known.path !== standing),
      );
    }
  }
}

/**
 * Looks again at every file that is shown as up to date, without reading any: events can be lost
 * unnoticed, and nothing may stay green that is not what was compared.
 */
export async function recheckUpToDate(live: LiveComparison): Promise<void> {
  const { comparison, root, exclude, signal } = live;
  let sliceEnd = performance.now() + slice;
  for (const known of [...comparison.entries()]) {
    if (known.verdict.kind !== 'up-to-date') continue;
    const now = statAt(root, known.path, exclude);
    if (now === undefined) markGone(live, [known]);
    else if (now.kind === 'folder') await applyChanges(live, [known.path]);
    else applyLeaf(comparison, now);
    if (performance.now() < sliceEnd) continue;
    await nextTurn();
    throwIfCancelled(signal, known.path);
    sliceEnd = performance.now() + slice;
  }
}

/** How long the looks keep the thread at a stretch, in milliseconds. */
const slice = 4;

async function applyFolder(live: LiveComparison, folder: FilePath): Promise<void> {
  const seen = new Set<FilePath>();
  try {
    for await (const batch of scanLocal({ ...live, start: folder })) {
      for (const entry of batch) {
        if (entry.kind === 'folder') continue;
        seen.add(pathOf(entry));
        applyLeaf(live.comparison, entry);
      }
    }
  } catch (error) {
    // Deleted while it was walked: the event of that deletion is on its way.
    if (toFailure(error, folder).code !== 'file-vanished') throw error;
  }
  const below = [...live.comparison.below(folder)];
  markGone(
    live,
    below.filter(known => !seen.has(known.path)),
  );
}

function applyLeaf(comparison: Comparison, entry: LocalLeaf): void {
  const path = pathOf(entry);
  const known = comparison.get(path);
  if (isBusy(known)) return;
  switch (entry.kind) {
    case 'file':
      applyFile(comparison, entry.file, known);
      return;
    case 'ignored':
      if (known?.verdict.kind === 'ignored') return;
      comparison.place({
        path,
        isFolder: entry.isFolder,
        local: undefined,
        cloud: known?.cloud,
        verdict: {
          kind: 'ignored',
          because: entry.because,
          hiddenCopies: known?.cloud === undefined ? 0 : 1,
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

function applyFile(comparison: Comparison, local: LocalFile, known: Entry | undefined): void {
  if (known?.local !== undefined && isSameState(known.local, local)) return;
  comparison.place({
    path: local.path,
    isFolder: false,
    local,
    cloud: known?.cloud,
    verdict: verdictOfChanged(comparison, local.path, known),
  });
}

function verdictOfChanged(
  comparison: Comparison,
  path: FilePath,
  known: Entry | undefined,
): Verdict {
  const tooLong = keyTooLong(comparison.target.prefix, path);
  if (tooLong !== undefined) return tooLong;
  // A conflict stays one, or the next upload would overwrite what nobody has looked at.
  if (known?.verdict.kind === 'changed-in-cloud') return known.verdict;
  if (known?.cloud !== undefined) {
    return { kind: 'out-of-date', because: 'changed-since-comparison' };
  }
  if (comparison.incomplete !== undefined) {
    return { kind: 'unchecked', failure: comparison.incomplete };
  }
  return { kind: 'missing-in-cloud' };
}

/** What is left of findings whose local sides are gone. */
function markGone({ comparison, root, exclude }: LiveComparison, gone: readonly Entry[]): void {
  const looks = new Map<FilePath, LocalEntry | undefined>();
  for (const known of gone) {
    const { path, cloud, verdict } = known;
    if (isBusy(known)) continue;
    const standing = standingAt(root, path, exclude, looks);
    if (standing?.kind === 'file' && standing.file.path === path) {
      // It has come back, or come into being, since it was missed.
      applyLeaf(comparison, standing);
      continue;
    }
    if (verdict.kind === 'missing-in-cloud' && verdict.safeAt !== undefined) {
      const lost = { kind: 'lost', safeAt: verdict.safeAt } as const;
      comparison.place({
        path,
        isFolder: false,
        local: undefined,
        cloud: undefined,
        verdict: lost,
      });
      continue;
    }
    if (verdict.kind === 'lost') continue;
    if (cloud === undefined) {
      // Its copies in the bucket are ignored by the same rule, with or without a local file.
      if (verdict.kind !== 'ignored' || verdict.hiddenCopies === 0) comparison.remove(path);
      continue;
    }
    if (verdict.kind === 'ignored' && verdict.because.kind === 'not-a-path') continue;
    const now = verdictOfCopy(path, standing, exclude);
    if (verdict.kind === 'only-in-cloud' && now.kind === 'only-in-cloud') continue;
    const isFolder = known.isFolder && now.kind === 'ignored';
    const twins = verdict.kind === 'ignored' ? verdict.hiddenCopies : 1;
    comparison.place({
      path,
      isFolder,
      local: undefined,
      cloud,
      verdict: now.kind === 'ignored' ? { ...now, hiddenCopies: twins } : now,
    });
  }
}

/** What is at a path or, above it, in its way. `looks` remembers the folders between. */
function standingAt(
  root: string,
  path: FilePath,
  exclude: Exclude,
  looks: Map<FilePath, LocalEntry | undefined>,
): LocalEntry | undefined {
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    const folder = path.slice(0, end) as FilePath;
    if (!looks.has(folder)) looks.set(folder, statAt(root, folder, exclude));
    const above = looks.get(folder);
    if (above?.kind !== 'folder') return above;
  }
  return statAt(root, path, exclude);
}

/** The verdict over a cloud copy that has no local file of its path, by what stands there instead. */
function verdictOfCopy(
  path: FilePath,
  standing: LocalEntry | undefined,
  exclude: Exclude,
): Verdict {
  const ignored = (because: IgnoreReason): Verdict => ({
    kind: 'ignored',
    because,
    hiddenCopies: 1,
  });
  switch (standing?.kind) {
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
      return { kind: 'unchecked', failure: standing.failure };
    case 'ignored':
      if (standing.isFolder || standing.path === path) return ignored(standing.because);
      return ignored({ kind: 'below-local-file', path: standing.path });
    case 'file':
      return ignored({ kind: 'below-local-file', path: standing.file.path });
  }
}

/** A file on its way is looked at again when it has arrived. */
export function isBusy(known: Entry | undefined): boolean {
  return known?.activity?.kind === 'waiting' || known?.activity?.kind === 'under-way';
}

/** The failure of looks that were stopped, which nobody waits for. */
export function isStopped(error: unknown): boolean {
  return error instanceof Failure && error.code === 'cancelled';
}
