import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from '../../../dev/temporaryFolder';
import { syncFolder } from '../../../src/engine/disk/writeFile';
import { readsOfFiles } from '../../support/disk/readsOfFiles';

describe('syncFolder', () => {
  it('writes a folder once for all who ask meanwhile, and again for who asks later', async function () {
    if (process.platform === 'win32') this.skip();
    const folder = await temporaryFolder('sync');
    const [one, other] = [join(folder.path, 'one'), join(folder.path, 'other')];
    for (const each of [one, other]) mkdirSync(each);
    const reads = readsOfFiles(folder.path);
    try {
      await Promise.all([
        ...Array.from({ length: 20 }, () => syncFolder(one, '1')),
        syncFolder(other, '2'),
      ]);
      assert.deepEqual([...reads.names].sort(), ['one', 'one', 'other']);
      await syncFolder(one, '1');
      assert.equal(reads.names.length, 4);
      await assert.rejects(syncFolder(join(folder.path, 'none'), '3'), { code: 'ENOENT' });
    } finally {
      reads.restore();
      await folder.remove();
    }
  });
});
