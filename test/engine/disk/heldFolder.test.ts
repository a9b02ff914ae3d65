import assert from 'node:assert/strict';
import fs, { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mock } from 'node:test';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { HeldFolder } from '../../../src/engine/disk/heldFolder';
import type { FilePath } from '../../../src/protocol/folders';
import { writeTree } from '../../support/disk/localTree';

describe('HeldFolder', () => {
  let temporary: TemporaryFolder;
  let root: string;
  let held: HeldFolder | undefined;

  beforeEach(async function () {
    if (process.platform === 'win32') this.skip();
    temporary = await temporaryFolder('held');
    root = join(temporary.path, 'w');
    await writeTree(root, { 'd/e/f': 'mine', g: 'mine' });
    await writeTree(join(temporary.path, 'outside'), { 'e/f': 'theirs', f: 'theirs' });
  });
  afterEach(async () => {
    mock.restoreAll();
    held?.close();
    held = undefined;
    await temporary.remove();
  });

  const hold = (path: string, from = root) => (held = new HeldFolder(from, path as FilePath));

  function replaceByLink(name: string, to: string): void {
    renameSync(join(root, name), join(temporary.path, 'was'));
    symlinkSync(to, join(root, name));
  }

  /** As where the system does not say where an open folder is. */
  function withoutProc(): void {
    mock.method(fs, 'readlinkSync', () => {
      throw new Error('There is no /proc.');
    });
  }

  for (const knows of ['where an open folder is', 'nothing of open folders']) {
    describe(`where the system says ${knows}`, () => {
      beforeEach(() => {
        if (knows.startsWith('nothing')) withoutProc();
      });

      it('finds the files of the folder, and of one that was opened by a link', () => {
        assert.equal(hold('d/e/f').find('f'), 'there');
        assert.equal(hold('d/e/f').find('none'), 'absent');
        assert.equal(hold('g').find('g'), 'there');
        symlinkSync(root, join(temporary.path, 'link'));
        assert.equal(hold('d/e/f', join(temporary.path, 'link')).find('f'), 'there');
        assert.equal(hold('d/e/f').pathOf('x'), join(root, 'd/e/x'));
      });

      it('takes no folder behind a link, wherever that leads', () => {
        replaceByLink('d/e', join(temporary.path, 'outside/e'));
        assert.throws(() => hold('d/e/f'), { code: 'in-the-way', subject: 'd/e/f' });
        rmSync(join(temporary.path, 'was'), { recursive: true });
        replaceByLink('d', join(temporary.path, 'outside'));
        assert.throws(() => hold('d/e/f'), { code: 'in-the-way' });
        assert.throws(() => hold('none/f'), { code: 'file-vanished' });
      });

      it('never leads to what has taken the place of the folder', () => {
        for (const take of ['link', 'folder'] as const) {
          const folder = hold('d/e/f');
          renameSync(join(root, 'd/e'), join(temporary.path, 'was'));
          if (take === 'link') symlinkSync(join(temporary.path, 'outside/e'), join(root, 'd/e'));
          else mkdirSync(join(root, 'd/e'));
          assert.throws(
            () => {
              folder.requireInPlace();
            },
            { code: 'in-the-way' },
          );
          try {
            writeFileSync(folder.at('new'), '');
            assert.ok(existsSync(join(temporary.path, 'was/new')));
          } catch (error) {
            assert.equal((error as { code?: string }).code, 'in-the-way');
          }
          assert.ok(!existsSync(join(temporary.path, 'outside/e/new')));
          rmSync(join(root, 'd/e'), { recursive: true });
          renameSync(join(temporary.path, 'was'), join(root, 'd/e'));
          folder.close();
        }
        held = undefined;
      });
    });
  }
});
