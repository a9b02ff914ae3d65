import type { FilePath } from '../../protocol/folders';
import type { Entry } from './comparison';
import { foldersAbove } from '../disk/filePath';
import type { LiveComparison } from './liveChanges';
import { statAt } from '../scan/localScan';

/**
 * The folder at, above or below a changed path of which no comparison knows what is in the cloud: a
 * link or an ignored folder stood there for all below it, and now its files count. `undefined`
 * where there is none, and the comparison at hand can judge the change.
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

/** Whether the row of something ignored stands where a folder is by now. */
export function isNewlyIncluded({ root, exclude }: LiveComparison, known: Entry): boolean {
  return hidesCopies(known) && statAt(root, known.path, exclude)?.kind === 'folder';
}

/** Whether a row stands for copies in the cloud that have no rows of their own. */
function hidesCopies({ isFolder, verdict }: Entry): boolean {
  if (verdict.kind !== 'ignored' || verdict.hiddenCopies === 0) return false;
  return isFolder || verdict.because.kind === 'link';
}

/** The paths at and below a changed one of which the comparison at hand knows both sides. */
export function countedBelow({ comparison }: LiveComparison, path: FilePath): readonly FilePath[] {
  const counted = [...comparison.below(path)].filter(({ verdict }) => verdict.kind !== 'ignored');
  return counted.map(known => known.path);
}
