import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FilePath, Verdict } from '../protocol';
import type { Comparison, Entry } from './comparison';
import type { Exclude } from './exclude';
import { Failure, throwIfCancelled, toFailure } from './failure';
import { pathOf, type LocalLeaf } from './join';
import { isSameState, lookAlong, lookAt, scanLocal, type LocalFile } from './localScan';

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
  for (const path of paths) {
    throwIfCancelled(live.signal, path);
    const entry = lookAlong(live.root, path, live.exclude);
    if (entry === undefined) {
      for (const known of [...live.comparison.below(path)]) markDeleted(live.comparison, known);
    } else if (entry.kind === 'folder') {
      await applyFolder(live, path);
    } else {
      applyLeaf(live.comparison, entry);
      for (const known of [...live.comparison.below(pathOf(entry))]) {
        // A file or a link has taken the place of a folder.
        if (known.path !== pathOf(entry)) markDeleted(live.comparison, known);
      }
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
    const now = lookAt(root, known.path, exclude);
    if (now === undefined) markDeleted(comparison, known);
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
  for (const known of [...live.comparison.below(folder)]) {
    if (!seen.has(known.path)) markDeleted(live.comparison, known);
  }
}

function applyLeaf(comparison: Comparison, entry: LocalLeaf): void {
  const path = pathOf(entry);
  const known = comparison.get(path);
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
          cloudTwins: known?.cloud === undefined ? 0 : 1,
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
  if (isBusy(known)) return;
  if (known?.local !== undefined && isSameState(known.local, local)) return;
  comparison.place({
    path: local.path,
    isFolder: false,
    local,
    cloud: known?.cloud,
    verdict: verdictOfChanged(comparison, known),
  });
}

function verdictOfChanged(comparison: Comparison, known: Entry | undefined): Verdict {
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

/** What is left of a finding whose local side is gone. */
function markDeleted(comparison: Comparison, known: Entry): void {
  if (isBusy(known) || known.verdict.kind === 'only-in-cloud') return;
  const { path, cloud, verdict } = known;
  if (verdict.kind === 'ignored') {
    // Its copies in the bucket are ignored by the same rule, with or without a local file.
    if (verdict.cloudTwins === 0) comparison.remove(path);
    return;
  }
  if (cloud === undefined) {
    comparison.remove(path);
    return;
  }
  comparison.place({
    path,
    isFolder: false,
    local: undefined,
    cloud,
    verdict: { kind: 'only-in-cloud' },
  });
}

/** A file on its way is looked at again when it has arrived. */
function isBusy(known: Entry | undefined): boolean {
  return known?.activity?.kind === 'waiting' || known?.activity?.kind === 'uploading';
}

/** The failure of looks that were stopped, which nobody waits for. */
export function isStopped(error: unknown): boolean {
  return error instanceof Failure && error.code === 'cancelled';
}
