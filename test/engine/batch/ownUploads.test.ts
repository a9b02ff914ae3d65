import assert from 'node:assert/strict';
import fs, { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { mock } from 'node:test';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { openRecords } from '../../../src/engine/records/openRecords';
import type { State } from '../../../src/protocol/state';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { ProjectInMemory } from '../../support/memory/projectInMemory';

describe('A file that was just backed up', () => {
  let folder: TemporaryFolder;
  let root: string;
  let bucket: MemoryBucket;
  let project: ProjectInMemory;
  beforeEach(async () => {
    folder = await temporaryFolder('own');
    root = join(folder.path, 'w');
    bucket = memoryBucket();
    project = new ProjectInMemory({ root, bucket });
    await writeTree(root, { a: 'a', b: 'b', 'd/c': 'c' }, Date.now() - 3_600_000);
    await project.compare();
  });
  afterEach(async () => {
    mock.restoreAll();
    project.engine.dispose();
    await folder.remove();
  });

  it('is not looked for again', async () => {
    const { planId } = await project.plan({ kind: 'all' });
    const looks = mock.method(fs, 'lstatSync');
    await project.engine.run(planId, new AbortController().signal);
    // The folder itself may be looked at once, for the disk that it is on.
    const asked = looks.mock.calls.map(({ arguments: [path] }) => path);
    for (const path of ['a', 'b', 'd/c']) assert.ok(!asked.includes(join(root, path)), path);
    assert.equal(project.row('d/c').verdict.kind, 'up-to-date');
  });

  for (const [how, change] of [
    [
      'changed',
      (file: string) => {
        writeFileSync(file, 'other');
      },
    ],
    [
      'replaced',
      (file: string) => {
        writeFileSync(`${file}.new`, 'other');
        renameSync(`${file}.new`, file);
      },
    ],
    [
      'removed',
      (file: string) => {
        rmSync(file);
      },
    ],
  ] as const) {
    for (const isTold of [true, false]) {
      it(`is judged by what it is now where it was ${how} while it was sent, ${isTold ? '' : 'un'}told`, async () => {
        const { planId } = await project.plan(project.resources('a'));
        const hold = bucket.holdNext('put');
        const running = project.engine.run(planId, new AbortController().signal);
        await hold.reached;
        change(join(root, 'a'));
        if (isTold) await project.engine.filesChanged(project.setup.id, [join(root, 'a')]);
        hold.release();
        await running;
        // What is still to be judged is judged in turn, before this.
        await project.engine.filesChanged(project.setup.id, [join(root, 'b')]);
        const expected = how === 'removed' ? 'only-in-cloud' : 'out-of-date';
        assert.equal(project.row('a').verdict.kind, expected);
      });
    }
  }

  it('has its receipt on the disk before anybody is told', async () => {
    const recordsFile = join(folder.path, 'records', 'receipts.sqlite');
    const { receipts, unfinished } = openRecords({
      file: recordsFile,
      locksFolder: join(folder.path, 'locks'),
      log: () => undefined,
      warn: () => undefined,
    });
    project.engine.dispose();
    const told: { readonly done: number; readonly kept: number }[] = [];
    const other = new DatabaseSync(recordsFile);
    const count = other.prepare('SELECT count(*) AS n FROM receipts');
    const onState = ({ comparisons }: State) => {
      const done = comparisons[0]?.groups['up-to-date'].files ?? 0;
      told.push({ done, kept: Number(count.get()?.['n']) });
    };
    project = new ProjectInMemory({ root, bucket, receipts, unfinished, onState });
    await project.compare();
    await project.backUp({ kind: 'all' });
    assert.equal(Number(count.get()?.['n']), 3);
    for (const { done, kept } of told)
      assert.ok(kept >= done, `${String(kept)} of ${String(done)}`);
    other.close();
  });
});
