import assert from 'node:assert/strict';
import { join } from 'node:path';

import type { Engine } from '../../../src/engine/session/engine';
import type { FilePath, FolderSetup } from '../../../src/protocol/folders';
import type { Scope } from '../../../src/protocol/plans';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { writeTree } from '../../support/disk/localTree';
import { aFolder } from '../../support/engine/aFolder';
import { startEngine } from '../../support/engine/startEngine';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';

const { signal } = new AbortController();

describe('A workspace folder inside another', () => {
  let folder: TemporaryFolder;
  let bucket: MemoryBucket;
  let engine: Engine;
  let outer: FolderSetup;
  let inner: FolderSetup;

  beforeEach(async () => {
    folder = await temporaryFolder('nested');
    bucket = memoryBucket();
    engine = startEngine({ bucket });
    const root = join(folder.path, 'w');
    await writeTree(root, { a: 'a', 'app/x': 'x', 'app/y/z': 'z', 'app2/x': 'x', 'b/app/x': 'x' });
    const app = join(root, 'app');
    outer = aFolder({ root, innerRoots: [app] });
    inner = aFolder({ id: 'file:///w/app', folderId: 'g', root: app, prefix: 'app/' });
  });
  afterEach(async () => {
    engine.dispose();
    await folder.remove();
  });

  async function backUp(scope: Scope, ...setups: readonly FolderSetup[]): Promise<void> {
    const folders = setups.map(setup => ({ setup, scope }));
    const { planId } = await engine.planBackUp({ folders }, signal);
    await engine.run(planId, signal);
  }

  function rowsIn(group: 'ignored' | 'missing-in-cloud') {
    const node = { folder: outer.id, group, path: '' as FilePath };
    return engine.children({ node, layout: 'list', offset: 0, limit: 100 }).rows;
  }

  it('has one copy of each file, and the outer one says where', async () => {
    await engine.compare([outer, inner], signal);
    await backUp({ kind: 'all' }, outer, inner);
    assert.deepEqual(bucket.keys, ['app/x', 'app/y/z', 'w/a', 'w/app2/x', 'w/b/app/x']);
    const [row, ...others] = rowsIn('ignored');
    assert.deepEqual(others, []);
    assert.ok(row?.kind === 'file' && row.verdict.kind === 'ignored');
    assert.deepEqual([row.path, row.verdict.because], ['app', { kind: 'inner-folder' }]);
  });

  it('is sent by no command for its files that goes to the outer one', async () => {
    await engine.compare([outer], signal);
    const paths = [join(inner.root, 'x'), inner.root];
    await backUp({ kind: 'resources', paths }, outer);
    assert.deepEqual(bucket.keys, []);
  });

  it('belongs to the outer one where it is no folder of the workspace any more', async () => {
    await engine.compare([outer], signal);
    assert.equal(rowsIn('missing-in-cloud').length, 3);
    const alone = { ...outer, innerRoots: [] };
    await engine.compare([alone], signal);
    await backUp({ kind: 'all' }, alone);
    assert.ok(bucket.keys.includes('w/app/y/z'));
  });
});
