import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { ProjectInMemory } from '../../support/memory/projectInMemory';

describe('A folder that is not backed up any more', () => {
  let folder: TemporaryFolder;
  let bucket: MemoryBucket;
  let project: ProjectInMemory;

  beforeEach(async () => {
    folder = await temporaryFolder('stopped');
    bucket = memoryBucket({ name: 'b' });
    await writeTree(folder.path, { 'a.txt': 'a', 'b.txt': 'b' }, Date.now() - 60_000);
    project = new ProjectInMemory({ root: folder.path, bucket });
    await project.compare();
    await project.backUp({ kind: 'all' });
  });
  afterEach(async () => {
    project.engine.dispose();
    await folder.remove();
  });

  it('leaves nothing that is remembered of it, and every file where it is', async () => {
    const before = [...bucket.keys];
    project.engine.forgetRecords(project.setup);
    assert.equal(project.rows().size, 0);
    assert.deepEqual([...bucket.keys], before);
    assert.equal(readFileSync(join(folder.path, 'a.txt'), 'utf8'), 'a');
    bucket.remove(before[0] ?? '');
    await project.compare();
    // It would say since when it is missing, were there a receipt.
    assert.deepEqual(project.row('a.txt').verdict, { kind: 'missing-in-cloud' });
  });

  for (const isCompared of [true, false]) {
    const when = isCompared ? 'at hand' : 'of an earlier window';
    it(`is still in conflict where it was, by a comparison ${when}`, async () => {
      const [key = ''] = bucket.keys;
      bucket.place(key, 'theirs', { modifiedAtMs: Date.now() - 30_000 });
      await writeTree(folder.path, { 'a.txt': 'mine, and newer' });
      await project.compare();
      assert.equal(project.row('a.txt').verdict.kind, 'changed-in-cloud');
      if (!isCompared) project.engine.forgetFolder(project.setup.id);

      assert.equal(project.engine.forgetRecords(project.setup), 1);
      await project.compare();
      const { verdict } = project.row('a.txt');
      assert.deepEqual(verdict, { kind: 'changed-in-cloud', because: 'both' });
      // Of the other file nothing is known any more.
      bucket.remove([...bucket.keys][1] ?? '');
      await project.compare();
      assert.deepEqual(project.row('b.txt').verdict, { kind: 'missing-in-cloud' });
    });
  }
});
