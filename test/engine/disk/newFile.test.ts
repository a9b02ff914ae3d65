import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';

import { DiskPace } from '../../../src/engine/disk/diskPace';
import { createFile } from '../../../src/engine/disk/newFile';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

const hashedAside = promisify(pbkdf2);

describe('createFile', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder('new-file');
  });
  afterEach(() => folder.remove());

  it('is closed when other threads are done with it, and never writes to another file', async () => {
    const pace = new DiskPace();
    const all = Buffer.alloc(4 << 20, 'some bytes');
    const first = await createFile(join(folder.path, 'first'), undefined, pace);
    // More than Node has threads, so that the file's own turn comes later.
    const busy = Array.from({ length: 8 }, () => hashedAside('', '', 30_000, 64, 'sha512'));
    const written = first.write(all, 0, all.byteLength, 0);
    const closed = first.close();
    await assert.rejects(first.write(all, 0, 100, 0), { code: 'EBADF' });
    await assert.rejects(first.chmod(0o600), { code: 'EBADF' });
    const others = await Promise.all(
      ['second', 'third'].map(name => createFile(join(folder.path, name), undefined, pace)),
    );
    assert.equal((await written).bytesWritten, all.byteLength);
    await closed;
    await Promise.all([...busy, ...others.map(file => file.close())]);
    assert.equal(statSync(join(folder.path, 'first')).size, all.byteLength);
    assert.equal(statSync(join(folder.path, 'second')).size, 0);
    assert.equal(statSync(join(folder.path, 'third')).size, 0);
  });

  for (const kind of ['quick', 'slow'] as const) {
    const pace = new DiskPace();
    if (kind === 'slow') pace.callAside(Infinity);
    assert.equal(pace.isQuick, kind === 'quick');

    it(`makes a file that can be written and closed, on a ${kind} disk`, async () => {
      const path = join(folder.path, 'a');
      const file = await createFile(path, 0o600, pace);
      const bytes = Buffer.alloc(300_000, 'some bytes');
      assert.equal((await file.write(bytes, 0, 1000, 0)).bytesWritten, 1000);
      // More than is written at once in the engine's thread.
      assert.equal((await file.write(bytes, 1000, 299_000, 1000)).bytesWritten, 299_000);
      await file.truncate(300_100);
      await file.chmod(0o400);
      await file.utimes(1_500_000_000, 1_500_000_000);
      await file.sync();
      await file.close();
      await file.close();
      const stat = statSync(path);
      assert.equal(stat.mtimeMs, 1_500_000_000_000);
      if (process.platform !== 'win32') assert.equal(stat.mode & 0o777, 0o400);
      assert.deepEqual(readFileSync(path), Buffer.concat([bytes, Buffer.alloc(100)]));
    });

    it(`replaces nothing and tells what fails, on a ${kind} disk`, async () => {
      const path = join(folder.path, 'a');
      writeFileSync(path, 'there');
      await assert.rejects(createFile(path, undefined, pace), { code: 'EEXIST' });
      assert.equal(readFileSync(path, 'utf8'), 'there');
      const none = join(folder.path, 'none', 'b');
      await assert.rejects(createFile(none, undefined, pace), { code: 'ENOENT' });
      const closed = await createFile(join(folder.path, 'c'), undefined, pace);
      await closed.close();
      await assert.rejects(closed.sync(), { code: 'EBADF' });
    });
  }
});
