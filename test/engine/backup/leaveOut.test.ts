import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { PlannedFile, Scope } from '../../../src/protocol/plans';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

const all: Scope = { kind: 'all' };
const hourAgo = () => Date.now() - 3_600_000;

describe('A plan that was shown', () => {
  let folder: TemporaryFolder;
  let bucket: MemoryBucket;
  let project: ProjectInMemory;
  beforeEach(async () => {
    folder = await temporaryFolder('plans');
    bucket = memoryBucket();
    project = new ProjectInMemory({ root: folder.path, bucket });
  });
  afterEach(async () => {
    project.engine.dispose();
    await folder.remove();
  });

  const at = (path: string) => join(folder.path, path);
  const paths = (files: readonly PlannedFile[]) => files.map(({ path }) => path);

  function run(planId: number) {
    return project.engine.run(planId, new AbortController().signal);
  }

  it('says which of some files it would upload, and of no others', async () => {
    await writeTree(folder.path, { a: 'a', 'd/b': 'b', same: 's' }, hourAgo());
    bucket.place('w/same', 's');
    await project.compare();
    const { planId } = await project.plan(all);
    const asked = ['a', 'd/b', 'same', 'gone'].map(at);
    const among = project.engine.plannedBackUps.among(planId, [...asked, '/elsewhere/a']);
    assert.deepEqual(paths(among), ['a', 'd/b']);
    assert.deepEqual(
      among.map(({ absolute }) => absolute),
      [at('a'), at('d/b')],
    );
    assert.throws(() => project.engine.plannedBackUps.among(planId + 1, asked), {
      code: 'plan-outdated',
    });
  });

  it('skips what is left out of it, with the reason, and still adds up', async () => {
    await writeTree(folder.path, { a: 'a', b: 'b', c: 'c' });
    await project.compare();
    const { planId } = await project.plan(all);
    const files = project.engine.plannedBackUps.among(planId, [at('b')]);
    project.engine.plannedBackUps.leaveOut({ planId, because: 'unsaved', files });
    const report = await run(planId);
    assert.deepEqual([report.planned, report.done, report.skipped], [3, 2, 1]);
    assert.deepEqual(report.reasons, { unsaved: 1 });
    assert.deepEqual(
      report.problems.map(({ path, failure }) => [path, failure.code]),
      [['b', 'unsaved']],
    );
    assert.deepEqual(bucket.keys, ['w/a', 'w/c']);
    // It is what it was, and can be backed up at once.
    assert.equal(project.row('b').activity, undefined);
    assert.equal((await project.backUp(all)).done, 1);
  });

  describe('with files that have become empty', () => {
    beforeEach(async () => {
      await writeTree(folder.path, { emptied: '', edited: 'new', 'always-empty': '', new: '' });
      for (const path of ['emptied', 'edited']) {
        bucket.place(`w/${path}`, 'old', { modifiedAtMs: hourAgo() });
      }
      bucket.place('w/always-empty', '', { modifiedAtMs: hourAgo(), etag: 'other' });
      await project.compare();
    });

    it('names those that would replace a copy that holds something, and no others', async () => {
      const { planId, wouldEmpty: emptying, files } = await project.plan(all);
      assert.ok(files >= 3);
      assert.equal(emptying, 1);
      assert.deepEqual(paths(await project.engine.plannedBackUps.thatWouldEmpty(planId)), [
        'emptied',
      ]);
    });

    it('no longer names one that has been written to since', async () => {
      const { planId } = await project.plan(all);
      writeFileSync(at('emptied'), 'saved');
      assert.deepEqual(await project.engine.plannedBackUps.thatWouldEmpty(planId), []);
      await run(planId);
      assert.equal(bucket.bytes('w/emptied')?.toString(), 'saved');
    });

    it('refuses one that is emptied again after it was not named', async () => {
      const { planId } = await project.plan(all);
      writeFileSync(at('emptied'), 'half');
      assert.deepEqual(await project.engine.plannedBackUps.thatWouldEmpty(planId), []);
      truncateSync(at('emptied'));
      assert.deepEqual((await run(planId)).reasons, { 'empty-here': 1 });
      assert.equal(bucket.bytes('w/emptied')?.toString(), 'old');
    });

    it('keeps the copies of those left out, and replaces the others', async () => {
      const { planId } = await project.plan(all);
      const files = await project.engine.plannedBackUps.thatWouldEmpty(planId);
      project.engine.plannedBackUps.leaveOut({ planId, because: 'empty-here', files });
      const report = await run(planId);
      assert.deepEqual(report.reasons, { 'empty-here': 1 });
      assert.equal(bucket.bytes('w/emptied')?.toString(), 'old');
      await project.backUp(all);
      assert.equal(bucket.bytes('w/emptied')?.toString(), '');
    });

    it('refuses one that is emptied when nobody can be asked any more', async () => {
      const { planId } = await project.plan(all);
      truncateSync(at('edited'));
      const report = await run(planId);
      assert.deepEqual(report.reasons, { 'empty-here': 1 });
      assert.equal(report.skipped, 1);
      assert.equal(bucket.bytes('w/edited')?.toString(), 'old');
    });
  });
});
