import assert from 'node:assert/strict';

import { pictureOf, type FolderOverview } from '../../../src/editor/overview/picture';
import { rootPath, type FilePath } from '../../../src/protocol/folders';
import { shadeOf, shades, type OverviewFile, type Shade } from '../../../src/protocol/overview';
import type { Tile } from '../../../src/protocol/overviewPage';
import type { Verdict } from '../../../src/protocol/verdicts';

const notReadable = { code: 'not-readable', subject: 'x', cause: undefined } as const;

const verdicts: Readonly<Record<Shade, Verdict>> = {
  lost: { kind: 'lost', safeAt: 1 },
  'changed-in-cloud': { kind: 'changed-in-cloud', because: 'both' },
  unchecked: { kind: 'unchecked', failure: notReadable },
  'out-of-date': { kind: 'out-of-date', because: 'size' },
  'missing-in-cloud': { kind: 'missing-in-cloud' },
  unconfirmed: { kind: 'up-to-date', proof: 'unconfirmed', asOf: 1 },
  'not-proved': { kind: 'up-to-date', proof: 'name-and-time' },
  proved: { kind: 'up-to-date', proof: 'receipt' },
  'only-in-cloud': { kind: 'only-in-cloud' },
};

function file(shade: Shade, bytes: number): OverviewFile {
  const side = { size: bytes, modifiedAtMs: 0 };
  const row = {
    kind: 'file',
    path: `${shade}.bin` as FilePath,
    isFolder: false,
    verdict: verdicts[shade],
    local: side,
    cloud: undefined,
    activity: undefined,
  } as const;
  return { kind: 'file', shade, bytes, row };
}

function folderOf(folder: string, files: readonly OverviewFile[]): FolderOverview {
  const sums = files.map(({ shade, bytes }) => ({ shade, files: 1, bytes }));
  const root = { kind: 'folder', path: rootPath, sums, ignored: 1, parts: files } as const;
  const atRisk = files.filter(({ shade }) => shade === 'missing-in-cloud').map(({ row }) => row);
  return { folder, name: folder.toUpperCase(), overview: { root, atRisk } };
}

const everything = { folder: undefined, path: rootPath, skip: 0 };

describe('The picture', () => {
  it('tells each shade from all others, by its name and by its mark', () => {
    for (const shade of shades) assert.equal(shadeOf(verdicts[shade]), shade);
    const all = folderOf(
      'one',
      shades.map(shade => file(shade, 1)),
    );
    const { legend, marks } = pictureOf(everything, [all], { name: 'w', folders: 'one' }, []);
    assert.equal(new Set(legend.map(({ name }) => name)).size, shades.length);
    assert.equal(new Set(Object.values(marks)).size, shades.length);
  });

  describe('of several folders', () => {
    const shown = [
      folderOf('one', [file('missing-in-cloud', 10), file('not-proved', 5)]),
      folderOf('two', [file('missing-in-cloud', 30), file('proved', 20)]),
    ];
    const picture = pictureOf(everything, shown, { name: 'both', folders: 'several' }, []);

    it('has a tile for each, by its name, with what is in it', () => {
      assert.deepEqual(
        picture.tiles.map(({ name, tiles }) => [name, tiles?.map(each => each.name)]),
        [
          ['ONE', ['missing-in-cloud.bin', 'not-proved.bin']],
          ['TWO', ['missing-in-cloud.bin', 'proved.bin']],
        ],
      );
      assert.deepEqual(
        picture.crumbs.map(({ name }) => name),
        ['both'],
      );
    });

    it('tells files of the same path in two folders apart', () => {
      const idsOf = (tile: Tile): readonly string[] => [
        tile.id,
        ...(tile.tiles ?? []).flatMap(idsOf),
      ];
      const ids = picture.tiles.flatMap(idsOf);
      assert.equal(new Set(ids).size, ids.length);
    });

    it('adds them up, and names the largest files at risk of all', () => {
      assert.deepEqual(
        picture.legend.map(({ shade, amount }) => [shade, amount]),
        [
          ['missing-in-cloud', '2 files, 40 B'],
          ['not-proved', '1 file, 5 B'],
          ['proved', '1 file, 20 B'],
        ],
      );
      assert.deepEqual(
        picture.atRisk.map(({ name, size }) => [name, size]),
        [
          ['TWO/missing-in-cloud.bin', '30 B'],
          ['ONE/missing-in-cloud.bin', '10 B'],
        ],
      );
      assert.match(picture.atRisk[0]?.label ?? '', /^TWO, missing-in-cloud\.bin/);
      assert.match(picture.summary, /^4 files, 65 B; 2 files ignored/);
    });

    it('leads back to all of them from one', () => {
      const [, two] = shown;
      const place = { folder: 'two', path: rootPath, skip: 0 };
      const one = pictureOf(
        place,
        two === undefined ? [] : [two],
        {
          name: 'both',
          folders: 'several',
        },
        [],
      );
      assert.deepEqual(
        one.crumbs.map(crumb => [crumb.name, crumb.place.folder]),
        [
          ['both', undefined],
          ['TWO', 'two'],
        ],
      );
      assert.equal(one.tiles.length, 2);
    });
  });
});
