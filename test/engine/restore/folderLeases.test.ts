import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { FolderLeases } from '../../../src/engine/restore/folderLeases';
import type { FilePath } from '../../../src/protocol/folders';

describe('FolderLeases', () => {
  let temporary: TemporaryFolder;
  let root: string;
  let leases: FolderLeases;

  beforeEach(async () => {
    temporary = await temporaryFolder('leases');
    root = join(temporary.path, 'w');
    mkdirSync(root);
    leases = new FolderLeases();
  });
  afterEach(() => temporary.remove());

  const acquire = (path: string) => leases.acquire(root, path as FilePath);

  it('opens a folder once for all of its files, and keeps it until the last has left', function () {
    if (process.platform !== 'linux') this.skip();
    const [one, other] = [acquire('a/b/one'), acquire('a/b/other')];
    assert.equal(one.folder.at('x'), other.folder.at('x'));
    one.release();
    one.release();
    writeFileSync(other.folder.at('other'), 'there');
    assert.ok(existsSync(join(root, 'a/b/other')));
    other.release();
  });

  it('removes what was made for nothing, and only that', () => {
    mkdirSync(join(root, 'was'));
    const held = [acquire('was/new/one'), acquire('was/new/other'), acquire('was/full/file')];
    writeFileSync(join(root, 'was/full/file'), 'there');
    for (const lease of held) lease.release();
    assert.deepEqual(
      ['was', 'was/new', 'was/full/file'].map(path => existsSync(join(root, path))),
      [true, false, true],
    );
  });

  it('leads the next file to the folder that is there now', () => {
    const before = acquire('a/one');
    renameSync(join(root, 'a'), join(root, 'moved'));
    const after = acquire('a/other');
    writeFileSync(after.folder.at('other'), 'there');
    assert.ok(existsSync(join(root, 'a/other')));
    assert.throws(
      () => {
        before.folder.requireInPlace();
      },
      { code: 'in-the-way', subject: 'a/one' },
    );
    for (const lease of [before, after]) lease.release();
  });

  it('follows no link that took the place of a held folder, and says so of each file', () => {
    const before = acquire('a/one');
    renameSync(join(root, 'a'), join(root, 'moved'));
    symlinkSync(join(root, 'moved'), join(root, 'a'));
    assert.throws(() => acquire('a/other'), { code: 'in-the-way', subject: 'a/other' });
    before.release();
    assert.ok(existsSync(join(root, 'moved')));
  });
});
