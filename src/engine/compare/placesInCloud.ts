import type { FilePath } from '../../protocol/folders';
import type { IgnoreReason, Verdict } from '../../protocol/verdicts';
import { parentPath } from '../disk/filePath';
import type { CloudFiles } from '../scan/cloudFiles';
import type { ExcludeRules, RuledPath } from '../scan/exclude';
import type { LocalEntry } from '../scan/localScan';
import { onlyInCloud } from './judge';

/** What is known of other paths. */
interface Surroundings {
  readonly local: ReadonlyMap<FilePath, LocalEntry>;
  readonly folders: ReadonlySet<FilePath>;
  readonly cloud: Pick<CloudFiles, 'has'>;
  readonly receipts: ReadonlyMap<FilePath, unknown>;
}

export type CloudPlace =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  /** Below something on disk that is ignored as a whole, whose row counts it. */
  | { readonly kind: 'hidden'; readonly below: FilePath }
  | {
      readonly kind: 'ignored';
      readonly path: FilePath;
      readonly isFolder: boolean;
      readonly because: IgnoreReason;
    };

const onlyThere: CloudPlace = { kind: 'verdict', verdict: onlyInCloud };

/**
 * Returns a function that says which row shows a cloud file without a local file of its path. What is
 * above one is looked up once for neighbours: a list has them together.
 */
export function placesInCloud(
  sides: Surroundings,
  exclude: ExcludeRules,
): (path: FilePath) => CloudPlace {
  let last: { readonly folder: FilePath; readonly above: PlaceAbove } | undefined;
  return path => {
    if (sides.folders.has(path)) return notRestorable({ kind: 'namesake-is-folder', path });
    const folder = parentPath(path);
    if (last?.folder !== folder) last = { folder, above: placeAbove(folder, sides, exclude) };
    const { above } = last;
    if (above.kind === 'place') return above.place;
    const ruling = above.ruled?.ruling ?? exclude.match(path, 'file');
    if (ruling === undefined) return onlyThere;
    return ruledPlace(path, above.ruled ?? { path, kind: 'file', ruling }, { sides, exclude });
  };
}

type PlaceAbove =
  | { readonly kind: 'place'; readonly place: CloudPlace }
  /** Nothing on disk is in the way; perhaps a rule is. */
  | { readonly kind: 'free'; readonly ruled: RuledPath | undefined };

function placeAbove(folder: FilePath, sides: Surroundings, exclude: ExcludeRules): PlaceAbove {
  for (let above = folder; above !== ''; above = parentPath(above)) {
    // If a folder was walked, nothing above it is in the way either.
    if (sides.folders.has(above) && !sides.local.has(above)) break;
    const entry = sides.local.get(above);
    if (entry === undefined) continue;
    if (entry.kind === 'unreadable') {
      const verdict: Verdict = { kind: 'unchecked', failure: entry.failure };
      return { kind: 'place', place: { kind: 'verdict', verdict } };
    }
    if (entry.kind === 'ignored' && (entry.isFolder || entry.because.kind === 'link')) {
      return { kind: 'place', place: { kind: 'hidden', below: above } };
    }
    return { kind: 'place', place: notRestorable({ kind: 'below-local-file', path: above }) };
  }
  return { kind: 'free', ruled: exclude.find(folder, 'folder') };
}

function ruledPlace(
  path: FilePath,
  ruled: RuledPath,
  { sides, exclude }: { readonly sides: Surroundings; readonly exclude: ExcludeRules },
): CloudPlace {
  const { ruling } = ruled;
  if (ruling.kind === 'unknown') {
    return { kind: 'verdict', verdict: { kind: 'unchecked', failure: ruling.failure } };
  }
  const { because } = ruling;
  // A file with the folder's path that is gone from the disk has a row of its own there.
  const isTaken = sides.cloud.has(ruled.path)
    ? exclude.match(ruled.path, 'file') === undefined
    : sides.receipts.has(ruled.path);
  return isTaken
    ? { kind: 'ignored', path, isFolder: false, because }
    : { kind: 'ignored', path: ruled.path, isFolder: ruled.kind === 'folder', because };
}

function notRestorable(because: IgnoreReason): CloudPlace {
  return { kind: 'verdict', verdict: { kind: 'ignored', because, hiddenCopies: 1 } };
}
