import type { FilePath } from '../../protocol/folders';
import type { Row } from '../../protocol/rows';
import { groups, isNotBackedUp } from '../../protocol/verdicts';
import { toFileRow, type Entry } from './entry';
import type { TreeChild } from './groupTree';
import type { GroupTrees } from './groupTrees';

/** The row of a file or a folder. What folders count is taken from all findings. */
export function toRow(all: GroupTrees, child: TreeChild<Entry>): Row {
  if (child.kind === 'leaf') return toFileRow(all.entryOf(child.leaf));
  const { path, totals } = child.folder;
  // The filter does not count here: people delete folders, not rows.
  return {
    kind: 'folder',
    path,
    totals,
    notBackedUp: all.count(notBackedUp, path),
    ignored: all.count(['ignored'], path),
  };
}

/**
 * How many local files below a folder are missing or not current in the cloud; `undefined` where no
 * finding lies below the path.
 */
export function notBackedUpBelow(all: GroupTrees, path: FilePath): number | undefined {
  const isFolder = groups.some(group => all.of(group).folder(path) !== undefined);
  return isFolder ? all.count(notBackedUp, path) : undefined;
}

/** The groups of local files that are not backed up as they are. */
const notBackedUp = groups.filter(isNotBackedUp);
