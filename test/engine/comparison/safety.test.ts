import assert from 'node:assert/strict';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { FilePath } from '../../../src/protocol/folders';
import type { Safety } from '../../../src/protocol/safety';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { memoryConnection } from '../../support/memory/memoryConnection';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { receiptsInMemory } from '../../support/memory/recordsInMemory';

describe('The safety of single files', () => {
  let folder: TemporaryFolder;
  let bucket: MemoryBucket;
  let project: ProjectInMemory;

  beforeEach(async () => {
    folder = await temporaryFolder('safety');
    bucket = memoryBucket({ name: 'b' });
    await writeTree(
      folder.path,
      { 'safe.txt': 'safe', 'docs/one.txt': '1', 'docs/two.txt': '2', 'logs/x.log': 'x' },
      Date.now() - 60_000,
    );
    project = open();
    await project.compare();
    await project.backUp(project.resources('safe.txt', 'docs/one.txt'));
  });
  afterEach(async () => {
    project.engine.dispose();
    await folder.remove();
  });

  function open(receipts = receiptsInMemory()): ProjectInMemory {
    return new ProjectInMemory({
      root: folder.path,
      bucket,
      receipts,
      settings: { exclude: ['logs'] },
    });
  }

  function safety(path: string, of = project): Safety {
    const [found] = of.engine.safety({ setup: of.setup, paths: [path as FilePath] });
    assert.ok(found);
    return found;
  }

  function verdictOf(path: string): string {
    const found = safety(path);
    return found.kind === 'compared' ? found.verdict.kind : found.kind;
  }

  it('is what the comparison at hand says, with the time of the proof', () => {
    const found = safety('safe.txt');
    assert.ok(found.kind === 'compared' && found.verdict.kind === 'up-to-date');
    assert.ok(found.provedAt !== undefined && Math.abs(Date.now() - found.provedAt) < 60_000);
    assert.equal(verdictOf('docs/two.txt'), 'missing-in-cloud');
  });

  it('is the number of files that are not backed up, for a folder', () => {
    assert.deepEqual(safety('docs'), { kind: 'folder', notBackedUp: 1 });
  });

  it('is that of the folder above where this is ignored', () => {
    assert.equal(verdictOf('logs/x.log'), 'ignored');
  });

  it('is never good for a file that has changed, though nobody has told of it', () => {
    appendFileSync(join(folder.path, 'safe.txt'), 'more');
    assert.equal(verdictOf('safe.txt'), 'out-of-date');
    // The rows wait for what tells of it.
    assert.equal(project.row('safe.txt').verdict.kind, 'up-to-date');
    rmSync(join(folder.path, 'docs/one.txt'));
    assert.equal(verdictOf('docs/one.txt'), 'out-of-date');
  });

  it('is no reason to try credentials again that have failed', async () => {
    let tries = 0;
    const tryAgain = () => {
      tries++;
    };
    const connect = () => ({ ...memoryConnection(bucket), tryAgain });
    const other = new ProjectInMemory({ root: folder.path, bucket, connect });
    await other.compare();
    const asked = tries;
    assert.ok(asked > 0);
    safety('safe.txt', other);
    other.engine.dispose();
    assert.equal(tries, asked);
  });

  it('is unknown for a file that nobody has found yet', () => {
    assert.equal(verdictOf('new.txt'), 'unknown');
  });

  describe('that nobody has compared in this window', () => {
    let later: ProjectInMemory;

    beforeEach(async () => {
      const receipts = receiptsInMemory();
      const before = open(receipts);
      await before.compare();
      await before.backUp(before.resources('docs/two.txt'));
      before.engine.forgetFolder(before.setup.id);
      later = before;
    });
    afterEach(() => {
      later.engine.dispose();
    });

    it('is when they were proved, and whether they have changed since, without a request', () => {
      const { length } = bucket.calls;
      const proved = safety('docs/two.txt', later);
      assert.ok(proved.kind === 'proved-earlier' && !proved.hasChanged);
      appendFileSync(join(folder.path, 'docs/two.txt'), 'more');
      const changed = safety('docs/two.txt', later);
      assert.ok(changed.kind === 'proved-earlier' && changed.hasChanged);
      assert.equal(bucket.calls.length, length);
    });

    it('is unknown for what was never proved', () => {
      assert.deepEqual(safety('logs/x.log', later), { kind: 'unknown' });
    });
  });
});
