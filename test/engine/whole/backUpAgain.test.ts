import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mock } from 'node:test';

import type { Engine } from '../../../src/engine/session/engine';
import { Failure } from '../../../src/engine/failures/failure';
import type { FilePath, FolderSetup } from '../../../src/protocol/folders';
import type { PlanSummary, Scope } from '../../../src/protocol/plans';
import type { Report } from '../../../src/protocol/reports';
import { FolderReceipts } from '../../../src/engine/records/receiptStore';
import { readsOfFiles } from '../../support/disk/readsOfFiles';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { writeTree } from '../../support/disk/localTree';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { startEngine } from '../../support/engine/startEngine';
import { aFolder } from '../../support/engine/aFolder';

const signal = new AbortController().signal;

describe('Backing up what was chosen, and what failed', () => {
  let folder: TemporaryFolder;
  let bucket: MemoryBucket;
  let engine: Engine;
  let setup: FolderSetup;

  beforeEach(async () => {
    folder = await temporaryFolder('again');
    bucket = memoryBucket();
    engine = startEngine({
      bucket,
    });
    setup = aFolder({
      root: folder.path,
    });
  });
  afterEach(async () => {
    engine.dispose();
    await folder.remove();
  });

  function plan(scope: Scope): Promise<PlanSummary> {
    return engine.planBackUp({ folders: [{ setup, scope }] }, signal);
  }

  async function run(scope: Scope): Promise<Report> {
    const { planId } = await plan(scope);
    return engine.run(planId, signal);
  }

  it('sends what was picked and nothing else', async () => {
    await writeTree(folder.path, { a: '1', 'b/c': '2', 'b/d/e': '3', 'f/g': '4', 'f/h/i': '5' });
    await engine.compare([setup], signal);
    assert.equal((await engine.differences(setup, signal)).length, 5);
    const report = await run({
      kind: 'picks',
      picks: [
        { kind: 'file', path: 'a' as FilePath },
        { kind: 'folder', path: 'b' as FilePath },
        { kind: 'loose-files', path: 'f' as FilePath },
        { kind: 'file', path: 'gone' as FilePath },
      ],
    });
    assert.equal(report.done, 4);
    assert.deepEqual(bucket.keys, ['w/a', 'w/b/c', 'w/b/d/e', 'w/f/g']);
  });

  it('needs a comparison to choose from', async () => {
    await assert.rejects(engine.differences(setup, signal), { code: 'plan-outdated' });
  });

  for (const count of [3, 40]) {
    it(`tries ${String(count)} failed files again, as they are by then`, async () => {
      const names = Array.from({ length: count }, (_, n) => `f${String(n)}`);
      await writeTree(folder.path, {
        ...Object.fromEntries(names.map(name => [name, name])),
        fine: 'fine',
      });
      for (const name of names) {
        bucket.failNext('put', new Failure('access-denied', name), { key: `w/${name}` });
      }
      await engine.compare([setup], signal);
      const first = await run({ kind: 'all' });
      assert.deepEqual([first.done, first.failed], [1, count]);
      assert.deepEqual(first.reasons, { 'access-denied': count });

      // Meanwhile one is gone, one has arrived otherwise, one is new, one has another content.
      rmSync(join(folder.path, 'f0'));
      bucket.place('w/f1', 'somebody else’s', { modifiedAtMs: Date.now() + 60_000 });
      writeFileSync(join(folder.path, 'new'), 'new');
      writeFileSync(join(folder.path, 'f2'), 'changed');
      const again = await plan({ kind: 'failed', planId: first.planId });
      assert.equal(again.files, count - 2);
      const second = await engine.run(again.planId, signal);
      assert.deepEqual([second.done, second.failed], [count - 2, 0]);
      assert.equal(bucket.bytes('w/f1')?.toString(), 'somebody else’s');
      assert.equal(bucket.bytes('w/f2')?.toString(), 'changed');
      assert.ok(!bucket.keys.includes('w/new'));
    });
  }

  it('asks once about many files that were chosen, and looks at no others', async () => {
    const names = Array.from({ length: 100 }, (_, n) => `d/f${String(n)}`);
    const beside = Array.from({ length: 50 }, (_, n) => `d/g${String(n)}`);
    const all = [...names, ...beside];
    await writeTree(folder.path, Object.fromEntries(all.map(name => [name, name])));
    for (const [n, name] of all.entries()) {
      // Each would have to be read.
      if (n % 2 === 0) bucket.place(`w/${name}`, name, { modifiedAtMs: 1 });
    }
    const reads = mock.method(FolderReceipts.prototype, 'all');
    const files = readsOfFiles(folder.path);
    const before = bucket.calls.length;
    const paths = names.map(name => join(folder.path, name));
    try {
      const planned = await plan({ kind: 'resources', paths });
      assert.equal(planned.files, 50);
      assert.deepEqual(bucket.calls.slice(before), [{ operation: 'list', key: 'w/d/f' }]);
      assert.equal(reads.mock.callCount(), 1);
      assert.equal(files.names.length, 50);
      assert.ok(!files.names.some(name => name.includes('g')));
    } finally {
      reads.mock.restore();
      files.restore();
    }
  });

  it('keeps what became of every file, those in trouble first, page by page', async () => {
    await writeTree(folder.path, { a: '1', b: '22', c: '333', d: '4444' });
    bucket.failNext('put', new Failure('access-denied', 'c'), { key: 'w/c' });
    await engine.compare([setup], signal);
    bucket.place('w/d', 'theirs');
    const { planId } = await run({ kind: 'all' });
    const page = (offset: number) => engine.reportPage({ planId, offset, limit: 3 });
    const entries = [...page(0).entries, ...page(3).entries];
    assert.equal(page(0).total, 4);
    assert.deepEqual(
      entries.map(({ kind, path, bytes, failure }) => [kind, path, bytes, failure?.code]),
      [
        ['failed', 'c', 3, 'access-denied'],
        ['skipped', 'd', 4, 'changed-in-cloud'],
        ['done', 'a', 1, undefined],
        ['done', 'b', 2, undefined],
      ],
    );
    assert.deepEqual(page(4).entries, []);
    assert.throws(() => engine.reportPage({ planId: 99, offset: 0, limit: 1 }), {
      code: 'plan-outdated',
    });
  });

  it('keeps the last reports, not all', async () => {
    const ids: number[] = [];
    for (let n = 0; n < 6; n++) {
      await writeTree(folder.path, { [`n${String(n)}`]: 'n' });
      await engine.compare([setup], signal);
      ids.push((await run({ kind: 'all' })).planId);
    }
    const total = (planId: number) => engine.reportPage({ planId, offset: 0, limit: 1 }).total;
    assert.throws(() => total(ids[0]!), { code: 'plan-outdated' });
    assert.equal(total(ids[1]!), 1);
  });
});
