import {
  hierarchy,
  treemap,
  type HierarchyNode,
  type HierarchyRectangularNode,
} from 'd3-hierarchy';
import { isAtRisk } from '../protocol/overview';
import type { ShadeWeight, Tile } from '../protocol/overviewPage';

/** In pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedTile {
  readonly tile: Tile;
  readonly box: Box;
  /** What lies in it; empty where it is drawn closed. */
  readonly tiles: readonly PlacedTile[];
}

/** Room around tiles, in pixels; `header` is what stands above the tiles of an opened folder. */
export interface Spacing {
  readonly gap: number;
  readonly header: number;
}

/**
 * Places tiles in a box by their weights. What is at risk takes up enough to be seen, however small it
 * is. Folders that come out too small are drawn closed.
 */
export function layOut(
  tiles: readonly Tile[],
  { width, height }: Pick<Box, 'width' | 'height'>,
  { gap, header }: Spacing,
): readonly PlacedTile[] {
  const root = hierarchy<Node>({ tiles }, node => node.tiles ?? []);
  const weights = visibleWeights(root, { width, height });
  root.sum(node => (isLeaf(node) ? (weights.get(node) ?? totalWeight(node)) : 0));
  const placed = treemap<Node>()
    .size([width, height])
    .paddingInner(gap)
    .paddingOuter(node => (node.depth === 0 ? 0 : gap))
    .paddingTop(node => (node.depth === 0 ? 0 : header))(root);
  return (placed.children ?? []).flatMap(node => toPlaced(node, header));
}

/** A tile, or the ground below all of them. */
type Node = Tile | { readonly tiles: readonly Tile[] };

/**
 * How thick a strip at the edge of a folder is, in pixels, that shows what is at risk there. The layout
 * puts what is small into such a strip, whatever its area.
 */
const leastStrip = 10;

/** The weights of tiles at risk that would be too small to be seen by their own. */
function visibleWeights(
  root: HierarchyNode<Node>,
  { width, height }: Pick<Box, 'width' | 'height'>,
): ReadonlyMap<Node, number> {
  const whole = sumOf(root.leaves().map(({ data }) => data));
  const atRisk = root
    .descendants()
    .map(({ children = [] }) => children.map(({ data }) => data).filter(isLeafAtRisk))
    .filter(tiles => tiles.length > 0);
  // All strips together take up no more than a quarter; where nothing weighs anything, all is alike.
  const strip = Math.min(
    (leastStrip * Math.max(width, height)) / (width * height),
    0.25 / atRisk.length,
  );
  const weights = new Map<Node, number>();
  for (const tiles of atRisk) {
    const least = whole === 0 ? 1 : strip * whole;
    const small = tiles.filter(tile => totalWeight(tile) < least);
    for (const tile of small) {
      weights.set(tile, Math.max(totalWeight(tile), least / small.length));
    }
  }
  return weights;
}

function sumOf(nodes: readonly Node[]): number {
  return nodes.filter(isLeaf).reduce((sum, tile) => sum + totalWeight(tile), 0);
}

function isLeaf(node: Node): node is Tile {
  return 'weights' in node && node.tiles === undefined;
}

function isLeafAtRisk(node: Node): node is Tile {
  return isLeaf(node) && node.weights.some(({ shade }) => isAtRisk(shade));
}

function totalWeight({ weights }: Pick<Tile, 'weights'>): number {
  return weights.reduce((sum, { weight }) => sum + weight, 0);
}

function toPlaced(node: HierarchyRectangularNode<Node>, header: number): readonly PlacedTile[] {
  const { data, x0, y0, x1, y1 } = node;
  if (!('id' in data)) return [];
  const box = { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
  if (box.width <= 0 || box.height <= 0) return [];
  const isOpen = box.width >= 2 * header && box.height >= 2 * header;
  const below = isOpen ? (node.children ?? []) : [];
  return [{ tile: data, box, tiles: below.flatMap(child => toPlaced(child, header)) }];
}

/**
 * Cuts a box into bands, one for each shade, along its longer side. What is at risk is thick enough
 * to be seen.
 */
export function bands(box: Box, weights: readonly ShadeWeight[]): readonly (Box & ShadeWeight)[] {
  const shown = weights.filter(({ shade, weight }) => weight > 0 || isAtRisk(shade));
  const length = Math.max(box.width, box.height);
  const total = totalWeight({ weights: shown });
  const least = Math.min(leastThickness, length / shown.length);
  const wanted = shown.map(({ shade, weight }) => {
    const own = total > 0 ? (weight / total) * length : 0;
    return isAtRisk(shade) ? Math.max(own, least) : own;
  });
  const scale = length / wanted.reduce((sum, each) => sum + each, 0);
  let start = 0;
  return shown.map((each, index) => {
    const thickness = (wanted[index] ?? 0) * scale;
    const band =
      box.width >= box.height
        ? { ...each, ...box, x: box.x + start, width: thickness }
        : { ...each, ...box, y: box.y + start, height: thickness };
    start += thickness;
    return band;
  });
}

/** In pixels. */
const leastThickness = 4;

export type Direction = 'left' | 'right' | 'up' | 'down';

/** Returns the nearest of some boxes apart that lies in a direction; -1 where none does. */
export function neighbour(boxes: readonly Box[], from: number, direction: Direction): number {
  const own = boxes[from];
  if (own === undefined) return -1;
  let nearest = -1;
  let least = Infinity;
  boxes.forEach((box, index) => {
    const ahead = distanceAhead(own, box, direction);
    if (index === from || ahead < -rounding) return;
    // What lies straight ahead comes before what is nearer and aside.
    const distance = ahead + 4 * distanceAside(own, box, direction);
    if (distance >= least) return;
    least = distance;
    nearest = index;
  });
  return nearest;
}

/** In pixels. */
const rounding = 0.01;

/** How far a box begins after the end of one's own; below 0 where it does not lie ahead. */
function distanceAhead(own: Box, box: Box, direction: Direction): number {
  switch (direction) {
    case 'left':
      return own.x - (box.x + box.width);
    case 'right':
      return box.x - (own.x + own.width);
    case 'up':
      return own.y - (box.y + box.height);
    case 'down':
      return box.y - (own.y + own.height);
  }
}

/** How far the two boxes lie apart across the direction; next to nothing where they overlap. */
function distanceAside(own: Box, box: Box, direction: Direction): number {
  const isAcross = direction === 'left' || direction === 'right';
  const [ownStart, ownLength] = isAcross ? [own.y, own.height] : [own.x, own.width];
  const [start, length] = isAcross ? [box.y, box.height] : [box.x, box.width];
  const apart = Math.max(0, start - (ownStart + ownLength), ownStart - (start + length));
  // Of several that overlap, or touch, the one in the middle is meant.
  const offMiddle = Math.abs(start + length / 2 - (ownStart + ownLength / 2));
  return apart + offMiddle / 100;
}
