import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';

import { Failure } from '../../../src/engine/failures/failure';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';

const storedAt = 1_700_000_000_000;

describe('ruleChanges', () => {
  let folder: TemporaryFolder;
  let root: string;
  let bucket: MemoryBucket;
  let project: ProjectInMemory;
  beforeEach(async () => {
    folder = await temporaryFolder('rules');
    root = join(folder.path, 'w');
    mkdirSync(root);
    begin();
  });
  afterEach(async () => {
    project.engine.dispose();
    await folder.remove();
  });

  function begin(): void {
    bucket = memoryBucket();
    project = new ProjectInMemory({ root, bucket, settings: { exclude: ['node_modules'] } });
  }

  function place(...paths: readonly string[]): void {
    for (const path of paths) bucket.place(`w/${path}`, 'x', { modifiedAtMs: storedAt });
  }

  function write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
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
    const words = [...project.rows()].map(([path, { verdict, isFolder }]) => {
      if (verdict.kind === 'unchecked') return [path, verdict.failure.code];
      if (verdict.kind !== 'ignored') return [path, verdict.kind];
      const rule = verdict.because.kind === 'rule' ? verdict.because.pattern : '';
      return [path, `${rule}${isFolder ? ' folder' : ''} ${String(verdict.hiddenCopies)}`];
    });
    return Object.fromEntries(words) as Record<string, string>;
  }

  it('show what is left out now at once, before the bucket is asked', async () => {
    await writeTree(root, { 'd/out/a': 'x', 'd/out/e/b': 'x', 'd/c.tmp': 'x', 'd/f': 'x' });
    place('d/out/a', 'd/out/gone', 'd/c.tmp');
    await project.compare();
    assert.equal(rows()['d/out/gone'], 'only-in-cloud');
    const held = bucket.holdNext('list');
    write('d/.s3backupignore', 'out/\n*.tmp\n');
    await changed('d/.s3backupignore');
    const expected = {
      'd/out': 'out/ folder 2',
      'd/c.tmp': '*.tmp 1',
      'd/f': 'missing-in-cloud',
      'd/.s3backupignore': 'missing-in-cloud',
    };
    assert.deepEqual(rows(), expected);
    held.release();
    await comparisonsEnded();
    assert.deepEqual(rows(), expected);
    const lists = bucket.calls.filter(({ operation }) => operation === 'list');
    assert.equal(lists.at(-1)?.key, 'w/d');
  });

  it('compare anew what is left out no longer', async () => {
    await writeTree(root, { '.s3backupignore': 'out\n', 'out/a': 'x', 'out/new': 'x' });
    place('out/a', 'out/gone');
    await project.compare();
    assert.equal(rows()['out'], 'out folder 2');
    rmSync(join(root, '.s3backupignore'));
    await changed('.s3backupignore');
    await comparisonsEnded();
    const { 'out/a': known, ...others } = rows();
    assert.notEqual(known, 'missing-in-cloud');
    assert.deepEqual(others, { 'out/new': 'missing-in-cloud', 'out/gone': 'only-in-cloud' });
  });

  it('call nothing missing of what is left out no longer, where the bucket gives no answer', async () => {
    await writeTree(root, { 'd/.s3backupignore': 'out\n', 'd/out/a': 'x', 'd/b': 'x' });
    place('d/out/a', 'd/b');
    await project.compare();
    const before = rows()['d/b'];
    bucket.failNext('list', new Failure('unreachable', 'memory'));
    write('d/.s3backupignore', '');
    await changed('d/.s3backupignore');
    await comparisonsEnded();
    assert.equal(rows()['d/out'], 'unreachable');
    assert.equal(rows()['d/b'], before);
    await changed('d/out/a');
    assert.equal(rows()['d/out/a'], 'unreachable');
    assert.equal((await project.plan({ kind: 'all' })).files, 1, 'the ignore file alone');
  });

  it('leave nothing green below a file that cannot be read, until it can be', async () => {
    await writeTree(root, { '.s3backupignore': '*.tmp', 'd/a': 'x' }, storedAt - 60_000);
    place('d/a', '.s3backupignore');
    await project.compare();
    assert.equal(rows()['d/a'], 'up-to-date');
    write('.s3backupignore', Uint8Array.of(0xff));
    await changed('.s3backupignore');
    assert.equal(rows()['d/a'], 'ignore-file-unreadable');
    await comparisonsEnded();
    assert.deepEqual(rows(), {
      '.s3backupignore': 'ignore-file-unreadable',
      d: 'ignore-file-unreadable',
      'd/a': 'ignore-file-unreadable',
    });
    assert.equal((await project.plan({ kind: 'all' })).files, 0);
    const asked = bucket.calls.length;
    await project.engine.recheck();
    await comparisonsEnded();
    assert.equal(bucket.calls.length, asked);
    write('.s3backupignore', '*.tmp');
    await changed('.s3backupignore');
    await comparisonsEnded();
    assert.equal(rows()['d/a'], 'up-to-date');
    assert.equal(rows()['d'], undefined);
  });

  it('are heeded by folders that come and go with their files', async () => {
    await writeTree(root, { 'd/.s3backupignore': '*.tmp', 'd/a.tmp': 'x' });
    await project.compare();
    rmSync(join(root, 'd'), { recursive: true });
    await changed('d');
    await comparisonsEnded();
    assert.deepEqual(rows(), {});
    await writeTree(root, { 'd/a.tmp': 'x', 'd/b.o': 'x', 'd/.s3backupignore': '*.o' });
    await changed('d');
    await comparisonsEnded();
    assert.deepEqual(rows(), {
      'd/.s3backupignore': 'missing-in-cloud',
      'd/a.tmp': 'missing-in-cloud',
      'd/b.o': '*.o 0',
    });
  });

  it('are found without an event when all is looked at again', async () => {
    await writeTree(root, { 'd/.s3backupignore': '*.tmp', 'd/a.tmp': 'x', 'd/b.o': 'x' });
    await project.compare();
    const before = bucket.calls.length;
    await project.engine.recheck();
    await comparisonsEnded();
    assert.equal(bucket.calls.length, before);
    write('d/.s3backupignore', '*.o');
    await project.engine.recheck();
    assert.equal(rows()['d/b.o'], '*.o 0');
    await comparisonsEnded();
    assert.equal(rows()['d/a.tmp'], 'missing-in-cloud');
  });

  it('ask nothing of the bucket before a comparison was asked for', async () => {
    await writeTree(root, { '.s3backupignore': '*.tmp' });
    await changed('.s3backupignore');
    await comparisonsEnded().catch(() => undefined);
    assert.deepEqual(bucket.calls, []);
  });

  it('do not make a comparison for each file below an ignored folder', async () => {
    await writeTree(root, { 'node_modules/m/.s3backupignore': 'x' });
    await project.compare();
    const before = bucket.calls.length;
    await changed('node_modules/m/.s3backupignore');
    await comparisonsEnded();
    assert.equal(bucket.calls.length, before);
  });

  /* What a series of changes leads to, against what a new comparison says. */

  const names = fc.constantFrom('a', 'b', 'node_modules', 'x.log');
  const paths = fc.array(names, { minLength: 1, maxLength: 3 }).map(all => all.join('/'));
  const lines = fc.constantFrom('a', '!a', '/b', 'b/', '*.log', '!x.log', 'a/*', '!node_modules');
  const content = fc.oneof(
    {
      weight: 9,
      arbitrary: fc.array(lines, { maxLength: 3 }).map(all => Buffer.from(all.join('\n'))),
    },
    fc.constant(Buffer.from([0xff])),
  );
  const change = fc.record({
    at: fc.oneof(fc.constant('.'), paths),
    content: fc.option(content, { nil: undefined }),
  });
  const worlds = fc.record({
    files: fc.uniqueArray(paths, { maxLength: 8 }),
    cloud: fc.uniqueArray(paths, { maxLength: 8 }),
    changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  });

  /** Where nothing else stands in the way. */
  function tryTo(work: () => void): boolean {
    try {
      work();
      return true;
    } catch {
      return false;
    }
  }

  it('come to what a new comparison would find', async function () {
    this.timeout(120_000);
    await assertProperty(
      fc.asyncProperty(worlds, async ({ files, cloud, changes }) => {
        project.engine.dispose();
        rmSync(root, { recursive: true });
        mkdirSync(root);
        begin();
        for (const path of files)
          tryTo(() => {
            write(path, 'x');
          });
        place(...cloud);
        await project.compare();
        for (const { at, content: text } of changes) {
          const path = join(at, '.s3backupignore');
          const isDone = tryTo(() => {
            if (text === undefined) rmSync(join(root, path));
            else writeFileSync(join(root, path), text);
          });
          if (isDone) await changed(path);
        }
        await comparisonsEnded();
        const live = rows();
        await project.compare();
        assert.deepEqual(live, rows());
      }),
      { numRuns: 200 },
    );
  });
});
