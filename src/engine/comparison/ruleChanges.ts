import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FailureRecord } from '../../protocol/failures';
import type { FilePath } from '../../protocol/folders';
import type { IgnoreReason } from '../../protocol/verdicts';
import type { CloudFile } from '../scan/cloudListing';
import type { Entry } from './comparison';
import type { RuledPath } from '../scan/exclude';
import { throwIfCancelled } from '../failures/failure';
import { isBusy, type LiveComparison } from './liveChanges';
import { isNewlyIncluded } from './newlyIncluded';

/**
 * Judges what is known below a folder by the rules of now. What they leave out is shown so at once.
 * What they leave out no longer is not: of the bucket's side only a number is known, and it takes a
 * new comparison to tell more.
 */
export async function applyRules(live: LiveComparison, folder: FilePath): Promise<void> {
  const { comparison } = live;
  const rows = new Map<FilePath, IgnoredRow>();
  // Asked in slices and applied in one: no row is missing meanwhile.
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
    const isTaken = ruled.path !== path && isFileOfItsOwn(live, ruled.path);
    const standing = isTaken ? path : ruled.path;
    const row = rows.get(standing);
    rows.set(standing, {
      isFolder: !isTaken && ruled.kind === 'folder',
      because: ruling.because,
      cloud: standing === path ? known.cloud : row?.cloud,
      twins: (row?.twins ?? 0) + twinsOf(known),
    });
    comparison.remove(path);
  }
  for (const [path, { isFolder, because, cloud, twins: hiddenCopies }] of rows) {
    const verdict = { kind: 'ignored', because, hiddenCopies } as const;
    comparison.place({ path, isFolder, local: undefined, cloud, verdict });
  }
}

/** Says of what is left out no longer that nothing is known of it, where comparing it has failed. */
export function markUnknown(live: LiveComparison, folder: FilePath, failure: FailureRecord): void {
  const { comparison, exclude } = live;
  // Nor is it known of what appears there later.
  comparison.incomplete ??= failure;
  for (const known of [...comparison.below(folder)]) {
    if (known.verdict.kind !== 'ignored') continue;
    const isStillLeftOut =
      known.verdict.because.kind === 'rule'
        ? exclude.find(known.path, known.isFolder ? 'folder' : 'file') !== undefined
        : !isNewlyIncluded(live, known);
    if (!isStillLeftOut) comparison.place({ ...known, verdict: { kind: 'unchecked', failure } });
  }
}

interface IgnoredRow {
  readonly isFolder: boolean;
  readonly because: IgnoreReason;
  readonly cloud: CloudFile | undefined;
  readonly twins: number;
}

async function ruledBelow(
  { comparison, exclude, signal }: LiveComparison,
  folder: FilePath,
): Promise<ReadonlyMap<FilePath, RuledPath>> {
  const found = new Map<FilePath, RuledPath>();
  let sliceEnd = performance.now() + slice;
  for (const { path, isFolder, verdict } of [...comparison.below(folder)]) {
    const isNoPath = verdict.kind === 'ignored' && verdict.because.kind === 'not-a-path';
    // What is lost stays lost.
    if (!isNoPath && verdict.kind !== 'lost') {
      const ruled = exclude.find(path, isFolder ? 'folder' : 'file');
      if (ruled !== undefined) found.set(path, ruled);
    }
    if (performance.now() < sliceEnd) continue;
    await nextTurn();
    throwIfCancelled(signal, path);
    sliceEnd = performance.now() + slice;
  }
  return found;
}

/** How long the rules keep the thread at a stretch, in milliseconds. */
const slice = 4;

function isFileOfItsOwn({ comparison, exclude }: LiveComparison, path: FilePath): boolean {
  const own = comparison.get(path);
  return own !== undefined && !own.isFolder && exclude.match(path, 'file') === undefined;
}

function twinsOf({ verdict, cloud }: Entry): number {
  if (verdict.kind === 'ignored') return verdict.hiddenCopies;
  return cloud === undefined ? 0 : 1;
}
