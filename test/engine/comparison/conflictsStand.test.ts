import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { memoryBucket } from '../../support/memory/memoryBucket';
import { ProjectInMemory } from '../../support/memory/projectInMemory';

describe('A copy that somebody else has stored', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder('conflicts');
  });
  afterEach(() => folder.remove());

  it('is a conflict with the file that comes to be at its path', async () => {
    const root = join(folder.path, 'w');
    mkdirSync(root);
    const bucket = memoryBucket();
    const project = new ProjectInMemory({ root, bucket });
    writeFileSync(join(root, 'a'), 'ours');
    await project.compare();
    await project.backUp({ kind: 'all' });
    rmSync(join(root, 'a'));
    bucket.place('w/a', 'theirs');
    await project.compare();
    assert.equal(project.row('a').verdict.kind, 'only-in-cloud');
    writeFileSync(join(root, 'a'), 'another');
    await project.engine.filesChanged(project.setup.id, [join(root, 'a')]);
    assert.equal(project.row('a').verdict.kind, 'changed-in-cloud');
    assert.equal((await project.plan({ kind: 'all' })).files, 0);
    project.engine.dispose();
  });
});
