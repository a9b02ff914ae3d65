import { posix } from 'node:path';
import { l10n } from 'vscode';
import type { ComparisonTotals } from '../../protocol/comparisons';
import { rootPath, type FilePath } from '../../protocol/folders';
import {
  mostAtRisk,
  shadeOf,
  shades,
  totalOf,
  type Overview,
  type OverviewPart,
  type Shade,
  type ShadeSum,
} from '../../protocol/overview';
import type {
  Crumb,
  FileAtRisk,
  LegendEntry,
  OverviewPlace,
  PageWords,
  Picture,
  ShadeWeight,
  Tile,
} from '../../protocol/overviewPage';
import { formatBytes, formatCount, formatFiles } from '../format/quantity';
import { rowItem } from '../view/treeItem';
import { groupName } from '../view/verdictWords';
import { groupMark } from '../workbench/safetyDecoration';
import { fileId, fileNode, placeId, tileId } from './tileNodes';

/** What a workspace folder is called, and what was found of it at the place that is shown. */
export interface FolderOverview {
  readonly folder: string;
  readonly name: string;
  readonly overview: Overview;
}

/**
 * Draws one folder, or all folders of a workspace beside each other.
 * @param numbers What is shown elsewhere of all that is drawn; none where it is a part of a folder,
 *   whose own numbers are then told.
 */
export function pictureOf(
  place: OverviewPlace,
  shown: readonly FolderOverview[],
  workspace: { readonly name: string; readonly folders: 'one' | 'several' },
  numbers: readonly ComparisonTotals[],
): Picture {
  const drawn = addedUp(shown.flatMap(({ overview }) => overview.root.sums));
  const measure = totalOf(drawn).bytes > 0 ? 'bytes' : 'files';
  const tiles =
    place.folder === undefined
      ? shown.map(({ folder, name, overview }) => toTile(folder, overview.root, name, measure))
      : shown.flatMap(({ folder, overview }) =>
          (overview.root.parts ?? []).map(part => toTile(folder, part, partName(part), measure)),
        );
  const sums = numbers.length > 0 ? addedUp(numbers.flatMap(sumsOf)) : drawn;
  const ignored =
    numbers.length > 0
      ? numbers.reduce((sum, { groups }) => sum + groups.ignored.files, 0)
      : shown.reduce((sum, { overview }) => sum + overview.root.ignored, 0);
  return {
    kind: 'picture',
    place,
    crumbs: crumbsOf(place, shown, workspace),
    summary: summaryOf(sums, ignored),
    legend: sums.map(legendEntry),
    tiles,
    atRisk: shown
      .flatMap(({ folder, name, overview }) =>
        overview.atRisk.map(row => ({ folder, row, within: shown.length > 1 ? name : undefined })),
      )
      .sort((one, other) => sizeOf(other.row) - sizeOf(one.row))
      .slice(0, mostAtRisk)
      .map(({ folder, row, within }): FileAtRisk => {
        const said = rowItem(fileNode(folder, row), 'saved').accessibilityInformation?.label;
        const label = said ?? row.path;
        return {
          id: fileId(folder, row),
          shade: shadeOf(row.verdict) ?? 'unchecked',
          // Two folders may have files of the same path.
          name: within === undefined ? row.path : `${within}/${row.path}`,
          size: formatBytes(sizeOf(row)),
          label: within === undefined ? label : l10n.t('{0}, {1}', within, label),
        };
      }),
    marks,
    words: pageWords(),
  };
}

const marks: Readonly<Record<Shade, string>> = {
  lost: groupMark('lost'),
  'changed-in-cloud': groupMark('changed-in-cloud'),
  unchecked: groupMark('unchecked'),
  'out-of-date': groupMark('out-of-date'),
  'missing-in-cloud': groupMark('missing-in-cloud'),
  unconfirmed: '!',
  'not-proved': '~',
  proved: groupMark('up-to-date'),
  'only-in-cloud': '↓',
};

function shadeName(shade: Shade): string {
  switch (shade) {
    case 'proved':
      return l10n.t('Proved');
    case 'not-proved':
      return l10n.t('By Name and Time');
    case 'unconfirmed':
      return l10n.t('Not Confirmed');
    default:
      return groupName(shade);
  }
}

function toTile(folder: string, part: OverviewPart, name: string, measure: Measure): Tile {
  const id = tileId(folder, part);
  if (part.kind === 'file') {
    const { shade, bytes, row } = part;
    const item = rowItem(fileNode(folder, row), 'saved');
    return {
      id,
      kind: 'file',
      name,
      size: formatBytes(bytes),
      state: shadeName(shade),
      label: item.accessibilityInformation?.label ?? name,
      weights: [{ shade, weight: measure === 'bytes' ? bytes : 1 }],
      tiles: undefined,
    };
  }
  const { files, bytes } = totalOf(part.sums);
  const size = formatBytes(bytes);
  const state = part.sums
    .map(sum => l10n.t('{0} {1}', formatCount(sum.files), shadeName(sum.shade)))
    .join(', ');
  const label =
    part.kind === 'rest'
      ? l10n.t('{0}, {1}: {2}', name, size, state)
      : l10n.t('{0}, folder with {1}, {2}: {3}', name, formatFiles(files), size, state);
  const weights = part.sums.map((sum): ShadeWeight => ({ shade: sum.shade, weight: sum[measure] }));
  const parts = part.kind === 'folder' ? part.parts : undefined;
  const tiles = parts?.map(each => toTile(folder, each, partName(each), measure));
  return { id, kind: part.kind, name, size, state, label, weights, tiles };
}

/** By what the area goes: where all files are empty, by their number. */
type Measure = 'bytes' | 'files';

function partName(part: OverviewPart): string {
  switch (part.kind) {
    case 'file':
      return posix.basename(part.row.path);
    case 'folder':
      return posix.basename(part.path);
    case 'rest': {
      const { files } = totalOf(part.sums);
      return files === 1
        ? l10n.t('1 smaller file')
        : l10n.t('{0} smaller files', formatCount(files));
    }
  }
}

function crumbsOf(
  { folder, path, skip }: OverviewPlace,
  shown: readonly FolderOverview[],
  workspace: { readonly name: string; readonly folders: 'one' | 'several' },
): readonly Crumb[] {
  const crumb = (name: string, place: OverviewPlace): Crumb => ({
    id: placeId(place),
    name,
    place,
  });
  const all = crumb(workspace.name, { folder: undefined, path: rootPath, skip: 0 });
  if (folder === undefined) return [all];
  const names = path === '' ? [] : path.split('/');
  const [own] = shown;
  return [
    ...(workspace.folders === 'several' ? [all] : []),
    crumb(own?.name ?? '', { folder, path: rootPath, skip: 0 }),
    ...names.map((name, index) => {
      const above = names.slice(0, index + 1).join('/') as FilePath;
      return crumb(name, { folder, path: above, skip: 0 });
    }),
    ...(skip > 0 ? [crumb(l10n.t('Smaller Files'), { folder, path, skip })] : []),
  ];
}

function summaryOf(sums: readonly ShadeSum[], ignored: number): string {
  const { files, bytes } = totalOf(sums);
  const known = l10n.t('{0}, {1}', formatFiles(files), formatBytes(bytes));
  if (ignored === 0) return known;
  return l10n.t('{0}; {1} ignored and not shown', known, formatFiles(ignored));
}

function legendEntry({ shade, files, bytes }: ShadeSum): LegendEntry {
  const amount = l10n.t('{0}, {1}', formatFiles(files), formatBytes(bytes));
  return { shade, name: shadeName(shade), amount };
}

/** The numbers of a folder, by the shades of the picture. */
function sumsOf(comparison: ComparisonTotals): readonly ShadeSum[] {
  const { groups, proved, provedBytes, unconfirmed, unconfirmedBytes } = comparison;
  const { files, bytes } = groups['up-to-date'];
  const notProved = {
    files: files - proved - unconfirmed,
    bytes: bytes - provedBytes - unconfirmedBytes,
  };
  return shades.map((shade): ShadeSum => {
    switch (shade) {
      case 'proved':
        return { shade, files: proved, bytes: provedBytes };
      case 'unconfirmed':
        return { shade, files: unconfirmed, bytes: unconfirmedBytes };
      case 'not-proved':
        return { shade, ...notProved };
      default:
        return { shade, ...groups[shade] };
    }
  });
}

function addedUp(sums: readonly ShadeSum[]): readonly ShadeSum[] {
  return shades.flatMap(shade => {
    const total = totalOf(sums.filter(sum => sum.shade === shade));
    return total.files > 0 ? [{ shade, ...total }] : [];
  });
}

function sizeOf({ local, cloud }: { readonly local?: Sized; readonly cloud?: Sized }): number {
  return (local ?? cloud)?.size ?? 0;
}

type Sized = { readonly size: number } | undefined;

function pageWords(): PageWords {
  return {
    map: l10n.t('Map by Size'),
    table: l10n.t('Table'),
    views: l10n.t('View'),
    above: l10n.t('Folders above'),
    hint: l10n.t(
      'Arrow keys move between tiles. Enter opens a folder, or the actions of a file. Backspace goes to the folder above. The context menu key opens the actions.',
    ),
    legend: l10n.t('Totals'),
    atRisk: l10n.t('Largest Files at Risk'),
    nothingAtRisk: l10n.t('No file here is known to be at risk.'),
    name: l10n.t('Name'),
    size: l10n.t('Size'),
    state: l10n.t('State'),
    actions: l10n.t('Actions'),
  };
}
