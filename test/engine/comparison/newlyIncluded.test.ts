import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

import { Failure } from '../../../src/engine/failures/failure';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

const storedAt = 1_700_000_000_000;
const before = storedAt - 60_000;

describe('newlyIncludedBy', () => {
  let folder: TemporaryFolder;
  let root: string;
  let bucket: MemoryBucket;
  let project: ProjectInMemory;
  beforeEach(async function () {
    if (process.platform === 'win32') this.skip();
    folder = await temporaryFolder('newly-included');
    root = join(folder.path, 'w');
    mkdirSync(root);
    bucket = memoryBucket();
    project = new ProjectInMemory({ root, bucket, settings: { exclude: [] } });
    await writeTree(join(folder.path, 'elsewhere'), { same: 'x', other: 'x' }, before);
    for (const path of ['d/l/same', 'd/l/gone']) {
      bucket.place(`w/${path}`, 'x', { modifiedAtMs: storedAt });
    }
    mkdirSync(join(root, 'd'));
  });
  afterEach(async () => {
    project.engine.dispose();
    await folder.remove();
  });

  function link(): void {
    symlinkSync(join(folder.path, 'elsewhere'), join(root, 'd/l'));
  }

  function becomeFolder(): Promise<void> {
    unlinkSync(join(root, 'd/l'));
    return writeTree(root, { 'd/l/same': 'x', 'd/l/new': 'x' }, before);
  }

  function changed(...paths: readonly string[]): Promise<void> {
    return project.engine.filesChanged(
      project.setup.id,
      paths.map(path => join(root, path)),
    );
  }

  /** Waits until nothing is being compared any more. */
  async function comparisonsEnded(): Promise<void> {
    project.engine.dropPlan((await project.plan({ kind: 'picks', picks: [] })).planId);
  }

  function rows(): Record<string, string> {
    const kinds = [...project.rows()].map(([path, { verdict }]) => [path, verdict.kind]);
    return Object.fromEntries(kinds) as Record<string, string>;
  }

  const judged = {
    'd/l/same': 'up-to-date',
    'd/l/new': 'missing-in-cloud',
    'd/l/gone': 'only-in-cloud',
  };

  for (const event of ['d/l', 'd/l/same', 'd'] as const) {
    it(`compares a folder anew that took the place of a link, by an event of ${event}`, async () => {
      link();
      await project.compare();
      assert.deepEqual(rows(), { 'd/l': 'ignored' });
      const held = bucket.holdNext('list');
      await becomeFolder();
      await changed(event);
      await held.reached;
      // Nothing is called missing before the bucket was asked.
      assert.deepEqual(rows(), { 'd/l': 'ignored' });
      held.release();
      await comparisonsEnded();
      assert.deepEqual(rows(), judged);
    });
  }

  it('compares it anew, too, where that happens during a comparison', async () => {
    link();
    const held = bucket.holdNext('list');
    const comparing = project.compare();
    await held.reached;
    for (let turn = 0; turn < 50; turn++) await new Promise(resolve => setImmediate(resolve));
    await becomeFolder();
    await changed('d/l');
    held.release();
    await comparing;
    await comparisonsEnded();
    assert.deepEqual(rows(), judged);
  });

  it('calls nothing missing where the bucket gives no answer, nor what comes later', async () => {
    link();
    await project.compare();
    bucket.failNext('list', new Failure('unreachable', 'memory'));
    await becomeFolder();
    await changed('d/l');
    await comparisonsEnded();
    assert.deepEqual(rows(), { 'd/l': 'unchecked' });
    await changed('d/l', 'd/l/same', 'd/l/new');
    assert.ok(!Object.values(rows()).includes('missing-in-cloud'), JSON.stringify(rows()));
    await project.compare();
    assert.deepEqual(rows(), judged);
  });

  it('asks for nothing where the cloud has nothing below the link', async () => {
    for (const path of ['d/l/same', 'd/l/gone']) bucket.remove(`w/${path}`);
    link();
    await project.compare();
    const calls = bucket.calls.length;
    await becomeFolder();
    await changed('d/l');
    assert.deepEqual(rows(), { 'd/l/same': 'missing-in-cloud', 'd/l/new': 'missing-in-cloud' });
    assert.equal(bucket.calls.length, calls);
  });

  for (const [store, isThere] of [
    ['is slow', true],
    ['is down', false],
  ] as const) {
    it(`judges what is known beside it meanwhile, where the store ${store}`, async () => {
      const files = { 'd/y': 'x', 'd/gone': 'x', 'd/kept': 'x', 'd/e/z': 'x' };
      await writeTree(root, files, before);
      for (const path of Object.keys(files)) {
        bucket.place(`w/${path}`, 'x', { modifiedAtMs: storedAt });
      }
      link();
      await project.compare();
      assert.equal(rows()['d/y'], 'up-to-date');
      const held = isThere ? bucket.holdNext('list') : undefined;
      if (!isThere) bucket.failNext('list', new Failure('unreachable', 'bucket'));
      await becomeFolder();
      await writeTree(root, { 'd/y': 'other', 'd/e/z': 'other' });
      rmSync(join(root, 'd/gone'));
      await changed('d', 'd/l', 'd/y');
      const known = {
        'd/y': 'out-of-date',
        'd/gone': 'only-in-cloud',
        'd/kept': 'up-to-date',
        'd/e/z': 'out-of-date',
      };
      assert.deepEqual(rows(), { ...known, 'd/l': 'ignored' });
      held?.release();
      await comparisonsEnded();
      assert.deepEqual(rows(), { ...known, ...(isThere ? judged : { 'd/l': 'unchecked' }) });
    });
  }

  it('lets nothing below a folder stay green that became a link', async () => {
    await writeTree(root, { 'd/l/same': 'x', 'd/l/new': 'x' }, before);
    await project.compare();
    assert.deepEqual(rows(), judged);
    renameSync(join(root, 'd/l'), join(folder.path, 'moved'));
    symlinkSync(join(folder.path, 'moved'), join(root, 'd/l'));
    await changed('d/l');
    const all = Object.values(rows());
    assert.ok(
      all.every(kind => kind === 'ignored'),
      JSON.stringify(rows()),
    );
    rmSync(join(root, 'd/l'));
    renameSync(join(folder.path, 'moved'), join(root, 'd/l'));
    await changed('d/l');
    await comparisonsEnded();
    assert.equal(rows()['d/l/new'], 'missing-in-cloud');
    assert.notEqual(rows()['d/l/same'], 'missing-in-cloud');
  });
});
