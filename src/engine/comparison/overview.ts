import type { GroupTotals } from '../../protocol/comparisons';
import type { FilePath } from '../../protocol/folders';
import {
  mostAtRisk,
  shadeOf,
  shades,
  totalOf,
  type Overview,
  type OverviewFile,
  type OverviewFolder,
  type OverviewPart,
  type OverviewRequest,
  type OverviewRest,
  type Shade,
  type ShadeSum,
} from '../../protocol/overview';
import { groups, isNotBackedUp, type Group } from '../../protocol/verdicts';
import { childPath } from '../disk/filePath';
import { bytesOf, toFileRow, type Entry } from './entry';
import type { TreeFolder } from './groupTree';
import type { GroupTrees } from './groupTrees';

/**
 * Returns the largest parts of a folder, and of the largest folders in it, as many as are asked for;
 * what is too small becomes one part of its folder. `null` where the folder holds nothing.
 */
export function overviewOf(
  trees: GroupTrees,
  { path, skip, limit }: Omit<OverviewRequest, 'folder'>,
): Overview | null {
  const place = placeAt(trees, path);
  if (place.folders.size === 0) return null;
  const all = contentsOf(place).sort(largestFirst);
  const sums = skip === 0 ? sumsOf(place) : added(all.slice(skip));
  const floor = totalOf(sums).bytes / smallestShare;
  const legible = all.slice(skip).filter(({ bytes }) => bytes >= floor).length;
  // Without a least number, a folder of a million small files would never be told.
  const told = Math.min(Math.max(legible, fewest), limit - 1);
  const { parts, open } = split(path, all, skip, told);
  openLargest(open, floor, limit - parts.length);
  const ignored = skip === 0 ? totalsIn(place, 'ignored').files : 0;
  return {
    root: { kind: 'folder', path, sums, ignored, parts },
    atRisk: largestAtRisk(place),
  };
}

/** What is smaller than this part of the whole cannot be seen, let alone be hit. */
const smallestShare = 1_000;

/** How many things of the folder itself are told, whatever their size. */
const fewest = 100;

/** A folder in the trees of those groups that have something below it. */
interface Place {
  readonly trees: GroupTrees;
  readonly path: FilePath;
  readonly folders: ReadonlyMap<Tree, TreeFolder<Entry>>;
}

/** Of those that are up to date, these have numbers of their own beside those of their group. */
type Tree = Group | OfUpToDate;
type OfUpToDate = (typeof ofUpToDate)[number];
const ofUpToDate = ['proved', 'unconfirmed'] as const;

/** A file or folder with its size. */
type Content = {
  readonly path: FilePath;
  readonly bytes: number;
} & (
  | { readonly kind: 'file'; readonly shade: Shade; readonly entry: Entry }
  | { readonly kind: 'folder'; readonly place: Place; readonly sums: readonly ShadeSum[] }
);

/** A folder of the answer whose parts may still be told. */
interface Closed {
  readonly place: Place;
  readonly bytes: number;
  readonly setParts: (parts: readonly OverviewPart[]) => void;
}

/** Tells the parts of the largest folders, as long as there is room for them. */
function openLargest(closed: readonly Closed[], floor: number, room: number): void {
  let left = room;
  const waiting = [...closed];
  for (;;) {
    waiting.sort((one, other) => other.bytes - one.bytes);
    const largest = waiting.shift();
    if (largest === undefined || left <= 1) return;
    const all = contentsOf(largest.place).sort(largestFirst);
    const legible = all.filter(({ bytes }) => bytes > 0 && bytes >= floor).length;
    const { parts, open } = split(largest.place.path, all, 0, legible);
    // A folder of which nothing can be made out stays one part, as does one with too many.
    if (legible === 0 || parts.length > left) continue;
    left -= parts.length;
    largest.setParts(parts);
    waiting.push(...open);
  }
}

/** The parts of a folder: some things as they are, after those to skip, and all others as one. */
function split(
  path: FilePath,
  all: readonly Content[],
  skip: number,
  told: number,
): { readonly parts: readonly OverviewPart[]; readonly open: readonly Closed[] } {
  const open: Closed[] = [];
  const parts: OverviewPart[] = all.slice(skip, skip + told).map(content => {
    if (content.kind === 'file') return toFile(content);
    const { place, sums, bytes } = content;
    const ignored = totalsIn(place, 'ignored').files;
    const folder: OverviewFolder & { parts: readonly OverviewPart[] | undefined } = {
      kind: 'folder',
      path: content.path,
      sums,
      ignored,
      parts: undefined,
    };
    const setParts = (itsParts: readonly OverviewPart[]) => {
      folder.parts = itsParts;
    };
    open.push({ place, bytes, setParts });
    return folder;
  });
  const rest = all.slice(skip + told);
  const restPart: OverviewRest = { kind: 'rest', path, sums: added(rest), skip: skip + told };
  return { parts: rest.length > 0 ? [...parts, restPart] : parts, open };
}

function toFile({ shade, bytes, entry }: Extract<Content, { kind: 'file' }>): OverviewFile {
  return { kind: 'file', shade, bytes, row: toFileRow(entry) };
}

function placeAt(trees: GroupTrees, path: FilePath): Place {
  const folders = new Map<Tree, TreeFolder<Entry>>();
  for (const tree of [...groups, ...ofUpToDate]) {
    const folder = (isOfUpToDate(tree) ? trees[tree] : trees.of(tree)).folder(path);
    if (folder !== undefined) folders.set(tree, folder);
  }
  return { trees, path, folders };
}

/** The files and folders directly in a folder that count in it, each once. */
function contentsOf({ trees, path, folders }: Place): Content[] {
  const below = new Map<string, Map<Tree, TreeFolder<Entry>>>();
  const found: Content[] = [];
  for (const [tree, folder] of folders) {
    for (const [name, child] of folder.folders) {
      const known = below.get(name);
      if (known === undefined) below.set(name, new Map([[tree, child]]));
      else known.set(tree, child);
    }
    // The numbers go by the verdict, while the row of a finished file stands where it was.
    for (const held of folder.files.values()) {
      const entry = trees.entryOf(held);
      const shade = shadeOf(entry.verdict);
      if (shade === undefined) continue;
      found.push({ kind: 'file', path: entry.path, bytes: bytesOf(entry), shade, entry });
    }
  }
  for (const [name, itsFolders] of below) {
    const place = { trees, path: childPath(path, name), folders: itsFolders };
    const sums = sumsOf(place);
    if (sums.length === 0) continue;
    const { bytes } = totalOf(sums);
    found.push({ kind: 'folder', path: place.path, bytes, place, sums });
  }
  return found;
}

function sumsOf(place: Place): readonly ShadeSum[] {
  return shades.flatMap(shade => {
    const { files, bytes } = shadeTotals(place, shade);
    return files > 0 ? [{ shade, files, bytes }] : [];
  });
}

function shadeTotals(place: Place, shade: Shade): GroupTotals {
  if (shade !== 'not-proved') return totalsIn(place, shade);
  const upToDate = totalsIn(place, 'up-to-date');
  const known = ofUpToDate.map(tree => totalsIn(place, tree));
  return known.reduce(
    (rest, { files, bytes }) => ({ files: rest.files - files, bytes: rest.bytes - bytes }),
    upToDate,
  );
}

function isOfUpToDate(tree: Tree): tree is OfUpToDate {
  return tree === 'proved' || tree === 'unconfirmed';
}

function totalsIn({ folders }: Place, tree: Tree): GroupTotals {
  return folders.get(tree)?.totals ?? { files: 0, bytes: 0 };
}

function added(contents: readonly Content[]): readonly ShadeSum[] {
  const sums = new Map(shades.map(shade => [shade, { files: 0, bytes: 0 }]));
  const add = (shade: Shade, files: number, bytes: number) => {
    const sum = sums.get(shade);
    if (sum === undefined) return;
    sum.files += files;
    sum.bytes += bytes;
  };
  for (const content of contents) {
    if (content.kind === 'file') add(content.shade, 1, content.bytes);
    else for (const { shade, files, bytes } of content.sums) add(shade, files, bytes);
  }
  return [...sums].flatMap(([shade, sum]) => (sum.files > 0 ? [{ shade, ...sum }] : []));
}

function largestFirst(one: Content, other: Content): number {
  return other.bytes - one.bytes || (one.path < other.path ? -1 : 1);
}

function largestAtRisk({ trees, folders }: Place): Overview['atRisk'] {
  const largest: Entry[] = [];
  for (const [tree, folder] of folders) {
    if (isOfUpToDate(tree) || !isNotBackedUp(tree)) continue;
    for (const held of folder.leaves()) {
      const entry = trees.entryOf(held);
      const least = largest.at(-1);
      const isFull = largest.length === mostAtRisk;
      if (isFull && least !== undefined && bytesOf(entry) <= bytesOf(least)) continue;
      if (!isNotBackedUp(entry.verdict.kind)) continue;
      if (isFull) largest.pop();
      const at = largest.findIndex(other => bytesOf(other) < bytesOf(entry));
      largest.splice(at === -1 ? largest.length : at, 0, entry);
    }
  }
  return largest.map(toFileRow);
}
