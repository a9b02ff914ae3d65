import type { Shade } from '../protocol/overview';
import type { FromPage, Picture, Tile } from '../protocol/overviewPage';
import { svg } from './elements';
import {
  bands,
  layOut,
  neighbour,
  type Box,
  type Direction,
  type PlacedTile,
} from './treemapLayout';

/** A drawn treemap. One of its tiles is reached by Tab, the others by the arrow keys. */
export interface Treemap {
  readonly element: SVGSVGElement;
  /** Moves the focus to a tile; to the first one where it is not there. */
  focus(id: string | undefined): void;
}

interface Drawing {
  readonly picture: Picture;
  readonly send: (message: FromPage) => void;
  /** What can be focused, in the order in which it is drawn. */
  readonly spots: { readonly id: string; readonly box: Box; readonly element: SVGGElement }[];
}

export function drawTreemap(
  picture: Picture,
  { width, height }: Pick<Box, 'width' | 'height'>,
  send: Drawing['send'],
): Treemap {
  const drawing: Drawing = { picture, send, spots: [] };
  const placed = layOut(picture.tiles, { width, height }, { gap: 2, header });
  const element = svg(
    'svg',
    {
      class: 'treemap',
      width,
      height,
      role: 'group',
      'aria-label': picture.words.map,
      'aria-describedby': 'hint',
    },
    patterns(),
    ...placed.map(each => drawTile(drawing, each, 'ground')),
  );
  drawing.spots[0]?.element.setAttribute('tabindex', '0');
  const spotOf = (target: EventTarget | null) => {
    const tile = target instanceof Element ? target.closest('.tile') : null;
    return drawing.spots.findIndex(spot => spot.element === tile);
  };
  element.addEventListener('keydown', event => {
    const at = spotOf(event.target);
    const next = nextSpot(drawing, at, event.key);
    if (next === undefined) return;
    event.preventDefault();
    focusSpot(drawing, next);
  });
  return {
    element,
    focus(id) {
      const at = drawing.spots.findIndex(spot => spot.id === id);
      focusSpot(drawing, Math.max(at, 0));
    },
  };
}

/** The height of what stands above the tiles of an opened folder, in pixels. */
const header = 20;

function focusSpot({ spots }: Drawing, at: number): void {
  for (const { element } of spots) element.setAttribute('tabindex', '-1');
  const element = spots[at]?.element;
  element?.setAttribute('tabindex', '0');
  element?.focus();
}

function nextSpot({ spots }: Drawing, at: number, key: string): number | undefined {
  if (key === 'Home') return 0;
  if (key === 'End') return spots.length - 1;
  const direction = directions[key];
  if (direction === undefined || at === -1) return undefined;
  const boxes = spots.map(({ box }) => box);
  const next = neighbour(boxes, at, direction);
  return next === -1 ? at : next;
}

const directions: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

function drawTile(drawing: Drawing, placed: PlacedTile, on: 'ground' | 'folder'): SVGGElement {
  const { tile, box, tiles } = placed;
  const isOpen = tiles.length > 0;
  const element = svg(
    'g',
    {
      class: `tile ${isOpen ? 'open' : 'closed'} on-${on}`,
      role: 'button',
      tabindex: -1,
      'aria-label': tile.label,
      'data-id': tile.id,
    },
    svg('title', {}, tile.label),
  );
  const own = isOpen ? { ...box, height: header } : box;
  drawing.spots.push({ id: tile.id, box: own, element });
  if (isOpen) element.append(rect(box, 'folder'));
  else element.append(...bands(box, tile.weights).flatMap(band => drawBand(drawing, band)));
  element.append(...nameIn(own, tile, isOpen ? 'header' : 'tile'));
  element.append(rect(inner(box), 'outline'));
  const act = (message: FromPage) => (event: Event) => {
    event.stopPropagation();
    event.preventDefault();
    drawing.send(message);
  };
  element.addEventListener('click', act({ kind: 'open', id: tile.id }));
  element.addEventListener('contextmenu', act({ kind: 'actions', id: tile.id }));
  element.addEventListener('keydown', event => {
    if (event.key === 'Enter' || event.key === ' ') act({ kind: 'open', id: tile.id })(event);
  });
  // Beside it and not in it: a button holds no others.
  return isOpen
    ? svg('g', {}, element, ...tiles.map(each => drawTile(drawing, each, 'folder')))
    : element;
}

/** A colour, a pattern that can be told without it, and a letter where there is room. */
function drawBand(
  { picture }: Drawing,
  band: Box & { readonly shade: Shade },
): readonly SVGElement[] {
  const { x, y, width, height, shade } = band;
  const letter =
    width >= 16 && height >= 16
      ? [svg('text', { class: 'mark', x: x + width - 12, y: y + height - 5 }, picture.marks[shade])]
      : [];
  return [
    rect(band, `shade ${shade}`),
    svg('rect', { ...attributes(band), class: 'pattern', fill: `url(#pattern-${shade})` }),
    ...letter,
  ];
}

function nameIn(
  box: Box,
  { name, size }: Pick<Tile, 'name' | 'size'>,
  where: 'header' | 'tile',
): readonly SVGElement[] {
  if (box.width < 40 || box.height < 18) return [];
  const isHeader = where === 'header';
  const clip = (...content: readonly Node[]) => svg('svg', attributes(inner(box)), ...content);
  const label = svg('text', { class: 'name', x: 4, y: 13 }, isHeader ? `${name} · ${size}` : name);
  if (isHeader || box.height < 36) return [clip(label)];
  return [clip(label, svg('text', { class: 'size', x: 4, y: 28 }, size))];
}

function rect(box: Box, name: string): SVGRectElement {
  return svg('rect', { ...attributes(box), class: name });
}

function attributes({ x, y, width, height }: Box): Readonly<Record<string, number>> {
  return { x, y, width: Math.max(width, 0), height: Math.max(height, 0) };
}

function inner({ x, y, width, height }: Box): Box {
  return { x: x + 1, y: y + 1, width: width - 2, height: height - 2 };
}

/** What is safe is plain; the rest has lines of its own. */
function patterns(): SVGDefsElement {
  const shapes = Object.entries(patternPaths).map(([shade, path]) =>
    svg(
      'pattern',
      { id: `pattern-${shade}`, width: 8, height: 8, patternUnits: 'userSpaceOnUse' },
      svg('path', { class: 'line', d: path }),
    ),
  );
  return svg('defs', {}, ...shapes);
}

const patternPaths: Readonly<Record<Shade, string>> = {
  lost: 'M0 0L8 8M8 0L0 8',
  'changed-in-cloud': 'M0 4H8M4 0V8',
  unchecked: 'M2 2h1M6 6h1',
  'out-of-date': 'M-1 1L1 -1M0 8L8 0M7 9L9 7',
  'missing-in-cloud': 'M-1 7L1 9M0 0L8 8M7 -1L9 1',
  unconfirmed: 'M0 2H4M4 6H8',
  'not-proved': 'M0 4H8',
  proved: '',
  'only-in-cloud': 'M4 0V8',
};
