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
});
