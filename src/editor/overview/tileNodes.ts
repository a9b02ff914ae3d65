import { rootPath } from '../../protocol/folders';
import {
  totalOf,
  type Overview,
  type OverviewFolder,
  type OverviewPart,
  type ShadeSum,
} from '../../protocol/overview';
import type { OverviewPlace } from '../../protocol/overviewPage';
import type { FileRow } from '../../protocol/rows';
import { groups, isNotBackedUp, type Group } from '../../protocol/verdicts';
import type { FolderNode, RowNode } from '../view/treeNode';

/** What a tile stands for: rows of the view, and a place to look into where it is no file. */
export interface TileTarget {
  readonly nodes: readonly (RowNode | FolderNode)[];
  readonly place: OverviewPlace | undefined;
}

export type Targets = ReadonlyMap<string, TileTarget>;

/** Returns what all tiles of an overview stand for, by their ids. */
export function tileTargets(folder: string, { root, atRisk }: Overview): Targets {
  const found = new Map<string, TileTarget>();
  const add = (part: OverviewPart): void => {
    found.set(tileId(folder, part), targetOf(folder, part));
    if (part.kind === 'folder') for (const each of part.parts ?? []) add(each);
  };
  add(root);
  for (const row of atRisk) {
    const id = fileId(folder, row);
    if (!found.has(id)) found.set(id, { nodes: [fileNode(folder, row)], place: undefined });
  }
  return found;
}

export function tileId(folder: string, part: OverviewPart): string {
  switch (part.kind) {
    case 'file':
      return fileId(folder, part.row);
    case 'folder':
      return placeId({ folder, path: part.path, skip: 0 });
    case 'rest':
      return placeId({ folder, path: part.path, skip: part.skip });
  }
}

export function fileId(folder: string, { path }: FileRow): string {
  return `file\n${folder}\n${path}`;
}

export function placeId({ folder, path, skip }: OverviewPlace): string {
  return `${String(skip)}\n${folder ?? ''}\n${path}`;
}

export function fileNode(folder: string, row: FileRow): RowNode {
  return nodeIn(folder, row.verdict.kind, row);
}

function targetOf(folder: string, part: OverviewPart): TileTarget {
  switch (part.kind) {
    case 'file':
      return { nodes: [fileNode(folder, part.row)], place: undefined };
    case 'folder':
      return {
        nodes: part.path === rootPath ? [{ kind: 'folder', folder }] : folderNodes(folder, part),
        place: { folder, path: part.path, skip: 0 },
      };
    case 'rest':
      return { nodes: [], place: { folder, path: part.path, skip: part.skip } };
  }
}

/** A folder has a row in each group that has something of it. */
function folderNodes(folder: string, { path, sums, ignored }: OverviewFolder): readonly RowNode[] {
  const notBackedUp = totalOf(sums.filter(sum => isNotBackedUp(groupOf(sum)))).files;
  return groups.flatMap(group => {
    const own = sums.filter(sum => groupOf(sum) === group);
    if (own.length === 0) return [];
    const totals = totalOf(own);
    return [nodeIn(folder, group, { kind: 'folder', path, totals, notBackedUp, ignored })];
  });
}

function nodeIn(folder: string, group: Group, row: RowNode['row']): RowNode {
  return {
    kind: 'row',
    folder,
    group,
    row,
    parent: { kind: 'group', folder, group, parent: undefined },
  };
}

function groupOf({ shade }: ShadeSum): Group {
  switch (shade) {
    case 'proved':
    case 'not-proved':
    case 'unconfirmed':
      return 'up-to-date';
    default:
      return shade;
  }
}
