import type { FailureRecord, FilePath, IgnoreReason } from '../protocol';
import type { CloudFile } from './cloudListing';
import type { Entry } from './comparison';
import type { RuledPath } from './exclude';
import { isBusy, type LiveComparison } from './liveChanges';

/**
 * Judges what is known below a folder by the rules of now. What they leave out is shown so at once.
 * What they leave out no longer is not: of the bucket's side only a number is known, and it takes a
 * new comparison to tell more.
 */
export function applyRules(live: LiveComparison, folder: FilePath): void {
  const { comparison } = live;
  const rows = new Map<FilePath, IgnoredRow>();
  for (const known of [...comparison.below(folder)]) {
    const ruled = ruledOf(live, known);
    if (ruled === undefined) continue;
    const { ruling } = ruled;
    if (ruling.kind === 'unknown') {
      const verdict = { kind: 'unchecked', failure: ruling.failure } as const;
      comparison.place({ ...known, local: undefined, verdict });
      continue;
    }
    // A file of the ignored folder's name keeps the row.
    const isTaken = ruled.path !== known.path && isFileOfItsOwn(live, ruled.path);
    const path = isTaken ? known.path : ruled.path;
    const row = rows.get(path);
    rows.set(path, {
      isFolder: !isTaken && ruled.kind === 'folder',
      because: ruling.because,
      cloud: path === known.path ? known.cloud : row?.cloud,
      twins: (row?.twins ?? 0) + twinsOf(known),
    });
    comparison.remove(known.path);
  }
  for (const [path, { isFolder, because, cloud, twins: cloudTwins }] of rows) {
    const verdict = { kind: 'ignored', because, cloudTwins } as const;
    comparison.place({ path, isFolder, local: undefined, cloud, verdict });
  }
}

/** Says of what is left out no longer that nothing is known of it, where comparing it has failed. */
export function markUnknown(live: LiveComparison, folder: FilePath, failure: FailureRecord): void {
  const { comparison, exclude } = live;
  // Nor is it known of what appears there later.
  comparison.incomplete ??= failure;
  for (const known of [...comparison.below(folder)]) {
    if (known.verdict.kind !== 'ignored' || known.verdict.because.kind !== 'rule') continue;
    if (exclude.find(known.path, known.isFolder ? 'folder' : 'file') !== undefined) continue;
    comparison.place({ ...known, verdict: { kind: 'unchecked', failure } });
  }
}

interface IgnoredRow {
  readonly isFolder: boolean;
  readonly because: IgnoreReason;
  readonly cloud: CloudFile | undefined;
  readonly twins: number;
}

function ruledOf({ exclude }: LiveComparison, known: Entry): RuledPath | undefined {
  const { path, isFolder, verdict } = known;
  // A file on its way is judged when it has arrived; what is lost stays lost.
  if (isBusy(known) || verdict.kind === 'lost') return undefined;
  if (verdict.kind === 'ignored' && verdict.because.kind === 'not-a-path') return undefined;
  return exclude.find(path, isFolder ? 'folder' : 'file');
}

function isFileOfItsOwn({ comparison, exclude }: LiveComparison, path: FilePath): boolean {
  const own = comparison.get(path);
  return own !== undefined && !own.isFolder && exclude.match(path, 'file') === undefined;
}

function twinsOf({ verdict, cloud }: Entry): number {
  if (verdict.kind === 'ignored') return verdict.cloudTwins;
  return cloud === undefined ? 0 : 1;
}
