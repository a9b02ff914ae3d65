import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Failure } from '../../../src/engine/failures/failure';
import type { FilePath } from '../../../src/protocol/folders';
import type { Chosen, Conflict, Scope } from '../../../src/protocol/plans';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

const all: Scope = { kind: 'all' };

describe('Conflicts', () => {
  let folder: TemporaryFolder;
  let bucket: MemoryBucket;
  let project: ProjectInMemory;
  beforeEach(async () => {
    folder = await temporaryFolder('conflicts');
    bucket = memoryBucket({ versioning: 'enabled' });
    project = new ProjectInMemory({ root: folder.path, bucket });
  });
  afterEach(async () => {
    project.engine.dispose();
    await folder.remove();
  });

  const at = (path: string) => join(folder.path, path);
  const theGroup = (): Chosen => ({ kind: 'nodes', nodes: [project.node('changed-in-cloud')] });

  /** Files whose copies somebody else has replaced since they were backed up. */
  async function conflictAt(...paths: readonly string[]): Promise<void> {
    await writeTree(folder.path, Object.fromEntries(paths.map(path => [path, `mine ${path}`])));
    await project.compare();
    await project.backUp(all);
    for (const path of paths) bucket.place(`w/${path}`, `theirs ${path}`);
    await project.compare();
  }

  async function conflicts(scope = theGroup()): Promise<readonly Conflict[]> {
    const parts = [{ setup: project.setup, scope }];
    const folders = await project.engine.conflicts(
      { folders: parts },
      new AbortController().signal,
    );
    assert.deepEqual(
      folders.map(({ folder: id }) => id),
      [project.setup.id],
    );
    return folders[0]?.conflicts ?? [];
  }

  function mine(...files: readonly Pick<Conflict, 'path' | 'etag'>[]): Scope {
    return { kind: 'mine', files };
  }

  const cloud = (path: string) => bucket.bytes(`w/${path}`)?.toString();

  it('are shown with both sides as the comparison saw them', async () => {
    await conflictAt('d/b', 'a');
    const [a, b] = await conflicts();
    assert.deepEqual([a?.path, b?.path], ['a', 'd/b']);
    assert.deepEqual(a?.verdict, { kind: 'changed-in-cloud', because: 'only-there' });
    assert.deepEqual([a.local.size, a.cloud.size], ['mine a'.length, 'theirs a'.length]);
    const scope: Chosen = { kind: 'nodes', nodes: [project.node('changed-in-cloud', 'd')] };
    assert.deepEqual(
      (await conflicts(scope)).map(({ path }) => path),
      ['d/b'],
    );
    const onDisk = project.resources('a') as Chosen;
    assert.deepEqual(
      (await conflicts(onDisk)).map(({ path }) => path),
      ['a'],
    );
  });

  it('are left alone by everything that backs up more than what was decided', async () => {
    await conflictAt('a', 'b');
    writeFileSync(at('new'), 'new');
    await project.compare();
    const plan = await project.plan(all);
    assert.equal(plan.files, 1);
    assert.deepEqual(plan.excluded, { 'changed-in-cloud': 2 });
    for (const scope of [
      theGroup(),
      project.resources('a'),
      { kind: 'picks', picks: [{ kind: 'folder', path: '' as FilePath }] } as const,
    ]) {
      const { files } = await project.plan(scope);
      assert.equal(files, scope.kind === 'picks' ? 1 : 0);
    }
    await project.backUp(all);
    assert.deepEqual([cloud('a'), cloud('b')], ['theirs a', 'theirs b']);
  });

  it('end by what is here where that was decided, and only there', async () => {
    await conflictAt('a', 'b');
    const [a] = await conflicts();
    assert.ok(a !== undefined);
    const report = await project.backUp(mine(a));
    assert.deepEqual([report.planned, report.done], [1, 1]);
    assert.deepEqual([cloud('a'), cloud('b')], ['mine a', 'theirs b']);
    await project.compare();
    assert.equal(project.row('a').verdict.kind, 'up-to-date');
    assert.equal(project.row('b').verdict.kind, 'changed-in-cloud');
  });

  it('ask before what is here, and is empty, replaces a copy that is not', async () => {
    await conflictAt('a', 'b');
    writeFileSync(at('a'), '');
    await project.compare();
    const { files, wouldEmpty } = await project.plan(mine(...(await conflicts())));
    assert.deepEqual([files, wouldEmpty], [2, 1]);
  });

  it('are no part of a plan where nobody knows the file', async () => {
    await conflictAt('a');
    const unknown = { path: 'unknown' as FilePath, etag: 'e' };
    const report = await project.backUp(mine(unknown, ...(await conflicts())));
    assert.deepEqual([report.planned, report.done, report.leftAlone], [1, 1, 0]);
  });

  it('replace no other copy than the one that was shown', async () => {
    await conflictAt('a');
    const [a] = await conflicts();
    assert.ok(a !== undefined);
    bucket.place('w/a', 'theirs again');
    // Even where the comparison has seen it meanwhile, and the user has not.
    for (const sees of [() => Promise.resolve(), () => project.compare()]) {
      await sees();
      const report = await project.backUp(mine(a));
      assert.deepEqual([report.skipped, report.reasons], [1, { 'changed-in-cloud': 1 }]);
      assert.equal(cloud('a'), 'theirs again');
      assert.equal(project.row('a').verdict.kind, 'changed-in-cloud');
      assert.equal(project.row('a').activity, undefined);
    }
    const [again] = await conflicts();
    assert.ok(again !== undefined);
    assert.equal((await project.backUp(mine(again))).done, 1);
    assert.equal(cloud('a'), 'mine a');
  });

  it('that are none any more are left alone', async () => {
    await conflictAt('a', 'b', 'c');
    const shown = await conflicts();
    bucket.place('w/a', 'mine a');
    await project.compare();
    rmSync(at('b'));
    await project.engine.filesChanged(project.setup.id, [at('b')]);
    const plan = await project.plan(mine(...shown));
    assert.equal(plan.files, 1);
    assert.deepEqual(plan.excluded, { 'up-to-date': 1, 'only-in-cloud': 1 });
  });

  describe('that an upload has found', () => {
    /** Somebody else is faster with these files. */
    async function refusedAt(...paths: readonly string[]): Promise<void> {
      await writeTree(folder.path, Object.fromEntries(paths.map(path => [path, `mine ${path}`])));
      await project.compare();
      const { planId } = await project.plan(all);
      for (const path of paths) bucket.place(`w/${path}`, `theirs ${path}`);
      const report = await project.engine.run(planId, new AbortController().signal);
      assert.deepEqual(report.reasons, { 'changed-in-cloud': paths.length });
      for (const path of paths) {
        const { verdict, cloud: seen } = project.row(path);
        assert.deepEqual(verdict, { kind: 'changed-in-cloud', because: 'refused' });
        assert.equal(seen, undefined);
      }
    }

    it('are shown with the copy that stood in the way, and can be decided at once', async () => {
      await refusedAt('a');
      const [a] = await conflicts();
      assert.equal(a?.cloud.size, 'theirs a'.length);
      assert.equal(project.row('a').cloud?.size, 'theirs a'.length);
      assert.equal((await project.backUp(mine(a))).done, 1);
      assert.equal(cloud('a'), 'mine a');
    });

    it('are none where the copy holds the same bytes, or is gone again', async () => {
      await refusedAt('same', 'gone');
      bucket.place('w/same', 'mine same');
      bucket.remove('w/gone');
      assert.deepEqual(await conflicts(), []);
      assert.deepEqual(project.row('same').verdict, { kind: 'up-to-date', proof: 'content' });
      assert.equal(project.row('gone').verdict.kind, 'missing-in-cloud');
    });

    it('stay what they are where the store does not answer', async () => {
      await refusedAt('a');
      bucket.failNext('head', new Failure('unreachable', 'memory'));
      await assert.rejects(conflicts(), { code: 'unreachable' });
      assert.equal(project.row('a').verdict.kind, 'changed-in-cloud');
    });
  });
});
