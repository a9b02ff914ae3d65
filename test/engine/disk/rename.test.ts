import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  link,
  mkdir,
  readdir,
  readFile,
  stat,
  symlink,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';

import { HeldFolder } from '../../../src/engine/disk/heldFolder';
import type { FilePath } from '../../../src/protocol/folders';
import {
  renameNoReplace,
  renameOverPlaceholder,
  renameToConflictName,
} from '../../../src/engine/disk/rename';
import { noJournal } from '../../../src/engine/staging/stagingJournal';
import { removePlaceholder } from '../../../src/engine/staging/recoverStagedFiles';
import type { Placeholder, PlaceholderJournal } from '../../../src/engine/disk/rename';
import { hookDisk, type DiskMoment } from '../../support/disk/diskHooks';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

const names = { from: 'from', to: 'to' };

for (const [how, move] of [
  ['by a hard link', renameNoReplace],
  ['without hard links', renameOverPlaceholder],
] as const) {
  describe(`Moving a file to a free name ${how}`, () => {
    let folder: TemporaryFolder;
    let from: string;
    let to: string;
    const held = () => new HeldFolder(folder.path, 'from' as FilePath);

    beforeEach(async () => {
      folder = await temporaryFolder('move');
      from = join(folder.path, 'from');
      to = join(folder.path, 'to');
    });
    afterEach(() => folder.remove());

    it('moves it, the same file', async () => {
      await writeFile(from, 'bytes');
      const { ino } = await stat(from);
      assert.equal(await move(held(), names, noJournal), 'moved');
      assert.deepEqual(await readdir(folder.path), ['to']);
      assert.equal((await stat(to)).ino, ino);
    });

    it('does nothing where the name is taken, be it by an empty file', async () => {
      await writeFile(from, 'bytes');
      await writeFile(to, '');
      assert.equal(await move(held(), names, noJournal), 'taken');
      assert.deepEqual((await readdir(folder.path)).sort(), ['from', 'to']);
      assert.equal(await readFile(to, 'utf8'), '');
    });

    it('moves links and folders, too, and not over others', async () => {
      await symlink('nowhere', from);
      assert.equal(await move(held(), names, noJournal), 'moved');
      await mkdir(from);
      assert.equal(await move(held(), names, noJournal), 'taken');
      assert.equal(await move(held(), { from: 'from', to: 'free' }, noJournal), 'moved');
    });

    it('fails where there is nothing to move', async () => {
      await assert.rejects(move(held(), names, noJournal), { code: 'ENOENT' });
      assert.deepEqual(await readdir(folder.path), []);
    });
  });
}

describe('The name of a kept copy', () => {
  it('is another one for each that is kept in the same second', async () => {
    const folder = await temporaryFolder('kept');
    try {
      const at = new Date(2026, 2, 14, 9, 26, 53);
      const path = 'plan.txt' as FilePath;
      const stagedPath = 'staged' as FilePath;
      const held = new HeldFolder(folder.path, stagedPath);
      const kept: Record<string, string> = {};
      for (const bytes of ['one', 'two', 'three']) {
        await writeFile(join(folder.path, stagedPath), bytes);
        const file = { path, stagedPath };
        kept[await renameToConflictName(held, file, { at, word: 'kept' }, noJournal)] = bytes;
      }
      held.close();
      const names = await readdir(folder.path);
      const read = (name: string) => readFile(join(folder.path, name), 'utf8');
      const contents = await Promise.all(
        names.map(async name => [name, await read(name)] as const),
      );
      assert.deepEqual(Object.fromEntries(contents), kept, 'each copy is kept');
      const wanted = [' 2', ' 3', ''].map(end => `plan (kept 2026-03-14 09.26.53${end}).txt`);
      assert.deepEqual(names.sort(), wanted, 'each copy is kept');
    } finally {
      await folder.remove();
    }
  });
});

describe('The empty file that holds a name, without hard links', () => {
  let folder: TemporaryFolder;
  let from: string;
  let to: string;
  let noted: Placeholder[];
  let notes: PlaceholderJournal;
  let hooks: { readonly restore: () => void } | undefined;
  const held = () => new HeldFolder(folder.path, 'from' as FilePath);

  beforeEach(async () => {
    folder = await temporaryFolder('placeholder');
    from = join(folder.path, 'from');
    to = join(folder.path, 'to');
    await writeFile(from, 'bytes');
    noted = [];
    notes = {
      beginPlaceholder: placeholder => noted.push(placeholder),
      endPlaceholder: placeholder => noted.splice(noted.indexOf(placeholder), 1),
    };
  });
  afterEach(async () => {
    hooks?.restore();
    hooks = undefined;
    await folder.remove();
  });

  /** Lets these fail, as a disk does where a scanner of viruses holds the file. */
  function failBefore(...moments: readonly DiskMoment[]): void {
    hooks = hookDisk(moment => {
      if (moments.includes(moment)) {
        throw Object.assign(new Error('busy'), { code: 'EBUSY' });
      }
    });
  }

  it('is noted before it is there, and no longer when it is replaced', async () => {
    const seen: string[] = [];
    hooks = hookDisk(moment => {
      // Also where the folder is synced, before and after.
      if (moment === 'before open')
        seen.push(
          `${noted.length > 0 ? 'noted' : 'not noted'}, ${existsSync(to) ? 'there' : 'free'}`,
        );
    });
    assert.equal(await renameOverPlaceholder(held(), names, notes), 'moved');
    assert.ok(seen.includes('noted, free'));
    assert.ok(!seen.includes('not noted, there'));
    assert.deepEqual(noted, []);
  });

  it('goes where it cannot be replaced', async () => {
    failBefore('before rename');
    await assert.rejects(renameOverPlaceholder(held(), names, notes), { code: 'EBUSY' });
    assert.deepEqual(await readdir(folder.path), ['from']);
    assert.deepEqual(noted, []);
  });

  it('stays noted where it cannot be removed either, until it is', async () => {
    failBefore('before rename', 'before unlink');
    await assert.rejects(renameOverPlaceholder(held(), names, notes), { code: 'EBUSY' });
    hooks?.restore();
    const [placeholder] = noted;
    assert.ok(placeholder !== undefined);
    assert.equal(await removePlaceholder(placeholder), 'removed');
    assert.deepEqual(await readdir(folder.path), ['from']);
    assert.equal(await removePlaceholder(placeholder), 'none');
  });

  it('is no other file that has the name by now', async () => {
    const placeholder = { path: to, source: from, notedAt: Date.now() };
    await writeFile(to, 'somebody else’s');
    assert.equal(await removePlaceholder(placeholder), 'none');
    await writeFile(to, '');
    await utimes(to, 1_500_000_000, 1_500_000_000);
    assert.equal(await removePlaceholder(placeholder), 'none');
    // The move was done: the file was empty itself.
    await writeFile(to, '');
    await unlink(from);
    assert.equal(await removePlaceholder(placeholder), 'none');
    assert.deepEqual(await readdir(folder.path), ['to']);
  });
});

describe('Moving a file that was killed half way', () => {
  it('only removes the old name where it has both', async () => {
    const folder = await temporaryFolder('move');
    try {
      const [from, to] = [join(folder.path, 'from'), join(folder.path, 'to')];
      await writeFile(from, 'bytes');
      await link(from, to);
      assert.equal(
        await renameNoReplace(new HeldFolder(folder.path, 'from' as FilePath), names, noJournal),
        'moved',
      );
      assert.deepEqual(await readdir(folder.path), ['to']);
      assert.equal(await readFile(to, 'utf8'), 'bytes');
    } finally {
      await folder.remove();
    }
  });
});
