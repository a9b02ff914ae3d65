import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Scope } from '../../../src/protocol/plans';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

describe('selectIgnored', () => {
  let folder: TemporaryFolder;
  let root: string;
  let bucket: MemoryBucket;
  let project: ProjectInMemory;
  beforeEach(async () => {
    folder = await temporaryFolder('anyway');
    root = join(folder.path, 'w');
    mkdirSync(root);
    bucket = memoryBucket();
    project = new ProjectInMemory({
      root,
      bucket,
      settings: { exclude: ['node_modules', '*.log'] },
    });
    await writeTree(root, { 'x.log': 'x', 'y.log': 'y', 'node_modules/m/a': 'a', b: 'b' });
  });
  afterEach(async () => {
    project.engine.dispose();
    await folder.remove();
  });

  function anyway(path: string): Scope {
    return { kind: 'ignored', path: join(root, path) };
  }

  function rows(): Record<string, string> {
    const words = [...project.rows()].map(([path, { verdict, isFolder }]) => [
      path,
      verdict.kind === 'ignored'
        ? `${isFolder ? 'folder ' : ''}${String(verdict.hiddenCopies)}`
        : verdict.kind,
    ]);
    return Object.fromEntries(words) as Record<string, string>;
  }

  it('backs up one file this once; its row stays ignored, with its copy', async () => {
    await project.compare();
    assert.equal((await project.backUp(anyway('x.log'))).done, 1);
    assert.equal(bucket.bytes('w/x.log')?.toString(), 'x');
    const expected = {
      'x.log': '1',
      'y.log': '0',
      node_modules: 'folder 0',
      b: 'missing-in-cloud',
    };
    assert.deepEqual(rows(), expected);
    await project.compare();
    assert.deepEqual(rows(), expected);
    assert.equal((await project.plan({ kind: 'all' })).files, 1);
  });

  it('leaves the folder ignored in which the file lies, and counts its copy once', async () => {
    bucket.place('w/node_modules/m/old', 'o');
    await project.compare();
    for (const content of ['one', 'another']) {
      writeFileSync(join(root, 'node_modules/m/a'), content);
      assert.equal((await project.backUp(anyway('node_modules/m/a'))).done, 1);
      assert.equal(bucket.bytes('w/node_modules/m/a')?.toString(), content);
      assert.equal(rows()['node_modules'], 'folder 2');
      assert.equal(rows()['node_modules/m/a'], undefined);
    }
    const live = rows();
    await project.compare();
    assert.deepEqual(rows(), live);
  });

  it('sends nothing twice, and replaces nothing that is newer or that it has not seen', async () => {
    await project.backUp(anyway('x.log'));
    assert.deepEqual((await project.plan(anyway('x.log'))).excluded, { 'up-to-date': 1 });
    const { planId } = await project.plan(anyway('y.log'));
    bucket.place('w/y.log', 'somebody else');
    const signal = new AbortController().signal;
    assert.deepEqual((await project.engine.run(planId, signal)).reasons, { 'changed-in-cloud': 1 });
    assert.equal(bucket.bytes('w/y.log')?.toString(), 'somebody else');
  });

  it('takes no link, and nothing that is gone', async function () {
    if (process.platform === 'win32') this.skip();
    symlinkSync('x.log', join(root, 'link'));
    assert.equal((await project.plan(anyway('link'))).files, 0);
    await assert.rejects(project.plan(anyway('gone.log')), { code: 'file-vanished' });
  });

  it('is offered for the one file that was asked for, where a rule ignores it', async () => {
    mkdirSync(join(root, 'empty'));
    await project.compare();
    const offered = async (scope: Scope) => (await project.plan(scope)).ignored?.path;
    assert.equal(await offered(project.resources('x.log')), 'x.log');
    assert.equal(await offered(project.resources('x.log', 'y.log')), undefined);
    assert.equal(await offered(project.resources('b')), undefined);
    assert.equal(await offered(project.resources('empty')), undefined);
    const row: Scope = { kind: 'nodes', nodes: [project.node('ignored', 'x.log')] };
    assert.equal(await offered(row), undefined);
  });

  it('is the file’s own business: a folder that is ignored stays out, with all that is in it', async () => {
    assert.equal((await project.plan(anyway('node_modules'))).files, 0);
  });

  it('keeps the row of a file that no rule ignores, or that one includes again', async () => {
    const settings = { exclude: ['*.log', '!x.log'] };
    const including = new ProjectInMemory({ root, bucket, settings });
    try {
      await including.compare();
      for (const path of ['b', 'x.log']) {
        assert.equal((await including.backUp(anyway(path))).done, 1);
        assert.equal(including.row(path).verdict.kind, 'up-to-date', path);
      }
    } finally {
      including.engine.dispose();
    }
  });

  it('takes no file that is not below the folder', async () => {
    await assert.rejects(project.plan(anyway('../x.log')), { code: 'file-vanished' });
  });
});
