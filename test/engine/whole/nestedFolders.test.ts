import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Engine } from '../../../src/engine/session/engine';
import { rootPath, type FolderSetup } from '../../../src/protocol/folders';
import type { Scope } from '../../../src/protocol/plans';
import { groups } from '../../../src/protocol/verdicts';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { writeTree } from '../../support/disk/localTree';
import { MovableClock } from '../../support/suite/movableClock';
import { aFolder } from '../../support/engine/aFolder';
import { startEngine } from '../../support/engine/startEngine';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';

const { signal } = new AbortController();

describe('A workspace folder inside another', () => {
  let folder: TemporaryFolder;
  let bucket: MemoryBucket;
  let engine: Engine;
  let clock: MovableClock;
  let outer: FolderSetup;
  let inner: FolderSetup;

  beforeEach(async () => {
    clock = new MovableClock();
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
    clock.restore();
    engine.dispose();
    await folder.remove();
  });

  async function backUp(scope: Scope, ...setups: readonly FolderSetup[]): Promise<void> {
    const folders = setups.map(setup => ({ setup, scope }));
    const { planId } = await engine.planBackUp({ folders }, signal);
    await engine.run(planId, signal);
  }

  function rowsIn(group: 'ignored' | 'missing-in-cloud') {
    const node = { folder: outer.id, group, path: rootPath };
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

  describe('that has its place in the outer one’s', () => {
    beforeEach(() => {
      inner = { ...inner, prefix: 'w/app/', kin: [{ folderId: 'f', prefix: 'w/' }] };
      outer = { ...outer, innerRoots: [], kin: [{ folderId: 'g', prefix: 'w/app/' }] };
    });

    function verdicts({ id: folder }: FolderSetup): Readonly<Record<string, string>> {
      const page = { layout: 'list', offset: 0, limit: 100 } as const;
      const rows = groups.flatMap(
        group => engine.children({ node: { folder, group, path: rootPath }, ...page }).rows,
      );
      return Object.fromEntries(
        rows.flatMap(row => (row.kind === 'file' ? [[row.path, row.verdict.kind] as const] : [])),
      );
    }

    it('knows what the outer one has stored, and the other way round', async () => {
      clock.passRacyWindow();
      await engine.compare([outer], signal);
      await backUp({ kind: 'all' }, outer);
      const heads = () => bucket.calls.filter(({ operation }) => operation !== 'list').length;
      const before = heads();
      await engine.compare([inner], signal);
      assert.deepEqual(verdicts(inner), { x: 'up-to-date', 'y/z': 'up-to-date' });
      assert.equal(heads(), before);

      await writeTree(inner.root, { x: 'other', new: 'new' });
      await engine.compare([inner], signal);
      await backUp({ kind: 'all' }, inner);
      await writeTree(inner.root, { x: 'other again' });
      await engine.compare([outer], signal);
      assert.deepEqual(verdicts(outer), {
        a: 'up-to-date',
        'app/new': 'up-to-date',
        'app/x': 'out-of-date',
        'app/y/z': 'up-to-date',
        'app2/x': 'up-to-date',
        'b/app/x': 'up-to-date',
      });
      const folders = [{ setup: outer, scope: { kind: 'all' } as const }];
      const { files, unknownOrigin } = await engine.planBackUp({ folders }, signal);
      assert.deepEqual([files, unknownOrigin.files], [1, 0]);
      assert.equal(bucket.bytes('w/app/x')?.toString(), 'other');
    });

    it('calls lost what the other one has stored, and forgets it for both', async () => {
      await engine.compare([outer], signal);
      await backUp({ kind: 'all' }, outer);
      bucket.remove('w/app/x');
      rmSync(join(inner.root, 'x'));
      await engine.compare([inner], signal);
      assert.equal(verdicts(inner)['x'], 'lost');
      const chosen = {
        kind: 'nodes',
        nodes: [{ folder: inner.id, group: 'lost', path: rootPath }],
      } as const;
      await engine.forgetLost({ folders: [{ setup: inner, scope: chosen }] }, signal);
      await engine.compare([outer], signal);
      assert.equal(verdicts(outer)['app/x'], undefined);
    });
  });
});
