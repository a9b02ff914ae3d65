import assert from 'node:assert/strict';
import fc from 'fast-check';

import type { Shade } from '../../../src/protocol/overview';
import type { Tile } from '../../../src/protocol/overviewPage';
import {
  bands,
  layOut,
  neighbour,
  type Box,
  type PlacedTile,
} from '../../../src/webview/treemapLayout';
import { assertProperty } from '../../support/suite/assertProperty';

const plain = { gap: 0, header: 0 };

function aTile(id: string, weight: number, tiles?: readonly Tile[], shade: Shade = 'proved'): Tile {
  return {
    id,
    kind: tiles === undefined ? 'file' : 'folder',
    name: id,
    size: '',
    state: '',
    label: id,
    weights: [{ shade, weight }],
    tiles,
  };
}

/** A folder weighs what is in it. */
function aFolder(id: string, tiles: readonly Tile[]): Tile {
  return aTile(id, total(tiles), tiles);
}

function total(tiles: readonly Tile[]): number {
  return tiles.reduce((sum, { weights: [only] }) => sum + only!.weight, 0);
}

const trees = fc
  .array(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 8 }), {
    minLength: 1,
    maxLength: 8,
  })
  .map(all =>
    all.map((sizes, at) =>
      aFolder(
        String(at),
        sizes.map((size, index) => aTile(`${String(at)}/${String(index)}`, size)),
      ),
    ),
  );

function* leaves(placed: readonly PlacedTile[]): Generator<PlacedTile> {
  for (const each of placed) {
    if (each.tiles.length === 0) yield each;
    else yield* leaves(each.tiles);
  }
}

function overlap(one: Box, other: Box): number {
  const across = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const down = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return Math.max(0, across) * Math.max(0, down);
}

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-6 * Math.max(1, expected));
}

describe('The layout of the treemap', () => {
  it('gives each tile its share of the area, each once, and lets none lie on another', () => {
    assertProperty(
      fc.property(trees, fc.integer({ min: 50, max: 2000 }), (tiles, width) => {
        const size = { width, height: 400 };
        const placed = [...leaves(layOut(tiles, size, plain))];
        const whole = total(tiles);
        for (const { tile, box } of placed) {
          assertNear(box.width * box.height, (total([tile]) / whole) * size.width * size.height);
        }
        assert.equal(new Set(placed.map(({ tile }) => tile.id)).size, placed.length);
        placed.forEach((one, index) => {
          for (const other of placed.slice(index + 1)) {
            assert.ok(overlap(one.box, other.box) < 1e-6);
          }
        });
      }),
    );
  });

  it('keeps what is in a folder within it, below its name', () => {
    const spacing = { gap: 2, header: 20 };
    assertProperty(
      fc.property(trees, tiles => {
        for (const { box, tiles: below } of layOut(tiles, { width: 800, height: 600 }, spacing)) {
          for (const { box: inner } of below) {
            assert.ok(inner.y >= box.y + 20 && inner.x >= box.x);
            assert.ok(inner.y + inner.height <= box.y + box.height + 1e-6);
            assert.ok(inner.x + inner.width <= box.x + box.width + 1e-6);
          }
        }
      }),
    );
  });

  it('draws nothing of what weighs nothing, and small folders closed', () => {
    const tiles = [aTile('empty', 0), aTile('big', 100), aFolder('small', [aTile('small/a', 3)])];
    const placed = layOut(tiles, { width: 300, height: 300 }, { gap: 2, header: 20 });
    assert.deepEqual(
      placed.map(({ tile, tiles: below }) => [tile.id, below.length]),
      [
        ['big', 0],
        ['small', 0],
      ],
    );
    assert.deepEqual(layOut([aTile('empty', 0)], { width: 300, height: 300 }, plain), []);
  });

  it('shows what is at risk, however small it is', () => {
    const missing = (id: string, weight: number) =>
      aTile(id, weight, undefined, 'missing-in-cloud');
    const size = { width: 800, height: 600 };
    const spacing = { gap: 2, header: 20 };
    const huge = aFolder('huge', [aTile('huge/disk.img', 1e12), missing('huge/notes.md', 3)]);
    const placed = [...leaves(layOut([huge, missing('empty', 0)], size, spacing))];
    assert.deepEqual(placed.map(({ tile }) => tile.id).toSorted(), [
      'empty',
      'huge/disk.img',
      'huge/notes.md',
    ]);
    for (const { box } of placed) assert.ok(box.width >= 4 && box.height >= 4);
  });

  it('leaves most of the area to what is large, however much is at risk', () => {
    const small = Array.from({ length: 5_000 }, (_, at) =>
      aTile(String(at), 1, undefined, 'out-of-date'),
    );
    const size = { width: 800, height: 600 };
    const placed = layOut([aTile('big', 1e9), ...small], size, plain);
    const big = placed.find(({ tile }) => tile.id === 'big')?.box;
    assert.ok(big && big.width * big.height > 0.7 * size.width * size.height);
  });

  it('shows what is at risk in a closed tile as a band of its own', () => {
    const box = { x: 0, y: 0, width: 100, height: 40 };
    const [safe, atRisk, none] = bands(box, [
      { shade: 'proved', weight: 1e9 },
      { shade: 'unchecked', weight: 0 },
    ]);
    assert.ok(safe && atRisk && none === undefined);
    assert.equal(atRisk.shade, 'unchecked');
    assert.ok(atRisk.width > 3.5 && atRisk.height === 40);
    assertNear(atRisk.x + atRisk.width, 100);
    assertNear(safe.width, atRisk.x);
  });

  it('cuts a closed tile into bands that fill it', () => {
    const weights = [
      { shade: 'proved', weight: 3 },
      { shade: 'lost', weight: 0 },
      { shade: 'missing-in-cloud', weight: 1 },
    ] as const;
    const box = { x: 10, y: 20, width: 100, height: 40 };
    assert.deepEqual(bands(box, weights), [
      { shade: 'proved', weight: 3, x: 10, y: 20, width: 75, height: 40 },
      { shade: 'missing-in-cloud', weight: 1, x: 85, y: 20, width: 25, height: 40 },
    ]);
    assert.deepEqual(bands(box, []), []);
  });

  it('finds what lies in the direction of an arrow key, and nothing beyond the edge', () => {
    const cell = (x: number, y: number) => ({ x, y, width: 10, height: 10 });
    const boxes = [cell(0, 0), cell(10, 0), cell(0, 10), cell(10, 10)];
    assert.equal(neighbour(boxes, 0, 'right'), 1);
    assert.equal(neighbour(boxes, 0, 'down'), 2);
    assert.equal(neighbour(boxes, 3, 'left'), 2);
    assert.equal(neighbour(boxes, 3, 'up'), 1);
    assert.equal(neighbour(boxes, 1, 'right'), -1);
    assert.equal(neighbour(boxes, 0, 'up'), -1);
  });
});
