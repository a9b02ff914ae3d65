import assert from 'node:assert/strict';
import { link, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { moveIfFree, moveOverPlaceholder } from '../../src/engine/moveIfFree';
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder';

for (const [how, move] of [
  ['by a hard link', moveIfFree],
  ['without hard links', moveOverPlaceholder],
] as const) {
  describe(`Moving a file to a free name ${how}`, () => {
    let folder: TemporaryFolder;
    let from: string;
    let to: string;

    beforeEach(async () => {
      folder = await temporaryFolder('move');
      from = join(folder.path, 'from');
      to = join(folder.path, 'to');
    });
    afterEach(() => folder.remove());

    it('moves it, the same file', async () => {
      await writeFile(from, 'bytes');
      const { ino } = await stat(from);
      assert.equal(await move(from, to), 'moved');
      assert.deepEqual(await readdir(folder.path), ['to']);
      assert.equal((await stat(to)).ino, ino);
    });

    it('does nothing where the name is taken, be it by an empty file', async () => {
      await writeFile(from, 'bytes');
      await writeFile(to, '');
      assert.equal(await move(from, to), 'taken');
      assert.deepEqual((await readdir(folder.path)).sort(), ['from', 'to']);
      assert.equal(await readFile(to, 'utf8'), '');
    });

    it('moves links and folders, too, and not over others', async () => {
      await symlink('nowhere', from);
      assert.equal(await move(from, to), 'moved');
      await mkdir(from);
      assert.equal(await move(from, to), 'taken');
      assert.equal(await move(from, join(folder.path, 'free')), 'moved');
    });

    it('fails where there is nothing to move', async () => {
      await assert.rejects(move(from, to), { code: 'ENOENT' });
      assert.deepEqual(await readdir(folder.path), []);
    });
  });
}

describe('Moving a file that was killed half way', () => {
  it('only removes the old name where it has both', async () => {
    const folder = await temporaryFolder('move');
    try {
      const [from, to] = [join(folder.path, 'from'), join(folder.path, 'to')];
      await writeFile(from, 'bytes');
      await link(from, to);
      assert.equal(await moveIfFree(from, to), 'moved');
      assert.deepEqual(await readdir(folder.path), ['to']);
      assert.equal(await readFile(to, 'utf8'), 'bytes');
    } finally {
      await folder.remove();
    }
  });
});
