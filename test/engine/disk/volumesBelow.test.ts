import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import {
  isOnVolume,
  mountsBelow,
  volumeFinder,
  volumesIn,
  volumeTopOf,
} from '../../../src/engine/disk/volumesBelow';
import type { FilePath } from '../../../src/protocol/folders';
import { swapFolders } from '../../support/disk/swapFolders';

describe('volumesBelow', () => {
  let temporary: TemporaryFolder;
  let root: string;

  beforeEach(async () => {
    temporary = await temporaryFolder('volumes');
    root = join(temporary.path, 'root');
    mkdirSync(join(root, 'cards', 'first', 'DCIM'), { recursive: true });
  });
  afterEach(() => temporary.remove());

  it('finds the folder with which the volume of a file begins', () => {
    for (const [path, mounted, top] of [
      ['cards/first/DCIM/1.jpg', 'cards/first', 'cards/first'],
      ['cards/first/1.jpg', 'cards/first', 'cards/first'],
      ['cards/1.jpg', 'cards/first', ''],
      ['1.jpg', 'cards/first', ''],
      ['cards/first/1.jpg', 'cards', 'cards'],
    ] as const) {
      const found = volumeTopOf(root, path as FilePath, (_, folder) =>
        folder === mounted || folder.startsWith(`${mounted}/`) ? 2n : 1n,
      );
      assert.equal(found?.path, top, path);
    }
    assert.equal(volumeTopOf(root, 'gone/1.jpg' as FilePath), undefined);
  });

  it('reads the table of mounts', () => {
    const line = (point: string) => `36 35 98:0 / ${point} rw,noatime - ext3 /dev/root rw`;
    const table = ['/w', '/w/card\\040one', '/w/a/b', '/ww/x', '/', '/w/f\\134g'].map(line);
    const mounts = mountsBelow('/w', `${table.join('\n')}\n`);
    assert.deepEqual(mounts, ['card one', 'a/b', 'f\\g']);
  });

  it('counts no empty folder for what was there', () => {
    const tops = () => volumesIn(root, ['cards/first' as FilePath]).map(({ path }) => path);
    assert.deepEqual(tops(), ['', 'cards/first']);
    swapFolders(join(root, 'cards', 'first'), join(temporary.path, 'out'));
    assert.deepEqual(tops(), ['']);
    writeFileSync(join(root, 'cards', 'first', '1.jpg'), '');
    assert.deepEqual(tops(), ['', 'cards/first']);
  });

  it('knows a volume again, and another one in its place', () => {
    const path = '1.jpg' as FilePath;
    const seen = volumesIn(root, []);
    const [top] = seen;
    assert.deepEqual(volumeFinder(root, seen)(path), top);
    assert.ok(isOnVolume(root, path, top));
    swapFolders(root, join(temporary.path, 'out'));
    assert.ok(!isOnVolume(root, path, top));
    assert.ok(isOnVolume(root, path, volumeTopOf(root, path)));
    assert.deepEqual(volumeFinder(root, seen)(path), top);
    assert.ok(isOnVolume(root, path, undefined));
  });
});
