import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { Database } from '../../../src/engine/records/database';
import { Receipts } from '../../../src/engine/records/receiptStore';
import type { FilePath } from '../../../src/protocol/folders';
import { callsSafe } from '../../../src/protocol/verdicts';
import { aLocalFile } from '../../support/engine/aFile';
import { hookDisk } from '../../support/disk/diskHooks';
import { MovableClock } from '../../support/suite/movableClock';
import { memoryBucket } from '../../support/memory/memoryBucket';
import { ProjectInMemory } from '../../support/memory/projectInMemory';

/** On Linux; a disk of its own would be waited for at each sync. */
const inMemory = '/dev/shm';
/** Of SQLite's write-ahead log: https://sqlite.org/fileformat2.html#walformat */
const walHeaderBytes = 32;
const frameHeaderBytes = 24;

describe('A power cut that takes the last receipts', function () {
  this.timeout(120_000);
  let temporary: TemporaryFolder;
  let root: string;
  const bucket = memoryBucket();
  /** The log as it was when all had been done, and how much of it a power cut cannot take. */
  let log: Buffer;
  let durableBytes: number;

  before(async () => {
    const clock = new MovableClock();
    temporary = await temporaryFolder('lost-receipts', existsSync(inMemory) ? inMemory : tmpdir());
    root = join(temporary.path, 'w');
    mkdirSync(root);
    for (const name of ['edited', 'freed', 'same']) writeFileSync(join(root, name), name);
    clock.passRacyWindow();
    const records = join(temporary.path, 'records');
    const receipts = open(records);
    const project = new ProjectInMemory({ root, bucket, receipts });
    await project.compare();
    await project.backUp({ kind: 'all' });
    writeFileSync(join(root, 'edited'), 'EDITED');
    clock.passRacyWindow();
    await project.backUp(project.resources('edited'));
    const hooks = hookDisk(moment => {
      // What is freed gets another name when that was noted.
      if (moment === 'before rename') durableBytes = statSync(walOf(records)).size;
    });
    await freeUp(project, 'freed');
    hooks.restore();
    writeFileSync(join(root, 'edited'), 'edited');
    clock.passRacyWindow();
    await project.backUp(project.resources('edited'));
    log = readFileSync(walOf(records));
    copyFileSync(join(records, 'receipts.sqlite'), join(temporary.path, 'begun.sqlite'));
    project.engine.dispose();
    clock.restore();
  });
  after(() => temporary.remove());

  /** The records as they are where only so many bytes of the log have come to the disk. */
  function recordsAfter(bytes: number): Receipts {
    const records = join(temporary.path, String(bytes));
    mkdirSync(records);
    copyFileSync(join(temporary.path, 'begun.sqlite'), join(records, 'receipts.sqlite'));
    writeFileSync(walOf(records), log.subarray(0, bytes));
    return open(records);
  }

  /** At the end of each page that was written, and in the middle of it. */
  function cuts(): readonly number[] {
    const frameBytes = frameHeaderBytes + log.readUInt32BE(8);
    const frames = Math.floor((log.length - walHeaderBytes) / frameBytes);
    return Array.from({ length: 2 * frames + 1 }, (_, half) =>
      Math.floor(walHeaderBytes + (half * frameBytes) / 2),
    );
  }

  it('costs a comparison of contents, and never a wrong verdict', async () => {
    const all = cuts();
    assert.ok(all.length > 10);
    for (const bytes of all) {
      const project = new ProjectInMemory({ root, bucket, receipts: recordsAfter(bytes) });
      await project.compare();
      for (const name of ['edited', 'same']) {
        const { verdict } = project.row(name);
        assert.ok(verdict.kind === 'up-to-date', `${name}: ${verdict.kind} after ${String(bytes)}`);
        // By its name and time it is read in the background, before it is called safe.
        assert.ok(callsSafe(verdict.proof) || verdict.proof === 'name-and-time');
      }
      assert.equal(project.row('freed').verdict.kind, 'only-in-cloud');
      project.engine.dispose();
    }
  });

  it('never lets another file replace the copy of a freed one unasked', async () => {
    writeFileSync(join(root, 'freed'), 'another');
    const possible = cuts().filter(bytes => bytes >= durableBytes);
    assert.ok(possible.length > 1);
    for (const bytes of possible) {
      const records = join(temporary.path, String(bytes));
      const project = new ProjectInMemory({ root, bucket, receipts: open(records) });
      await project.compare();
      const { unknownOrigin } = await project.plan({ kind: 'all' });
      assert.deepEqual(unknownOrigin.examples, ['freed'], `after ${String(bytes)}`);
      project.engine.dispose();
    }
  });

  it('cannot take what takes trust away', () => {
    const file = join(temporary.path, 'durable', 'receipts.sqlite');
    const database = Database.open({ file, onBroken: never, onError: never });
    const levels: unknown[] = [];
    database.sqlite.function('note_level', () => {
      levels.push(database.sqlite.prepare('PRAGMA synchronous').get()?.['synchronous']);
      return null;
    });
    database.sqlite.exec(
      'CREATE TEMP TRIGGER noting AFTER INSERT ON receipts BEGIN SELECT note_level(); END',
    );
    const receipts = new Receipts(database).of({
      folderId: 'f',
      store: 'memory',
      bucket: 'memory',
      prefix: 'w/',
    });
    const local = aLocalFile({ path: 'a' as FilePath });
    const proof = { sha256: 's', etag: 'e', crc32: undefined, versionId: undefined };
    const receipt = { ...proof, local, hashBegan: 1, provedAt: 1 };
    receipts.put(receipt);
    receipts.noteFreed(local.path, 2);
    receipts.distrust(receipt);
    receipts.put(receipt);
    database.close();
    // NORMAL is 1, FULL is 2: https://sqlite.org/pragma.html#pragma_synchronous
    assert.deepEqual(levels, [1, 2, 2, 1]);
  });
});

function walOf(records: string): string {
  return join(records, 'receipts.sqlite-wal');
}

function open(records: string): Receipts {
  const file = join(records, 'receipts.sqlite');
  return new Receipts(
    Database.open({ file, onBroken: never, onError: never, journalModeOn: () => 'WAL' }),
  );
}

function never(...why: readonly unknown[]): never {
  assert.fail(why.map(String).join());
}

async function freeUp(project: ProjectInMemory, name: string): Promise<void> {
  const signal = new AbortController().signal;
  const folders = [{ setup: project.setup, scope: project.resources(name) }];
  const { planId } = await project.engine.planFreeUp({ folders }, signal);
  project.engine.chooseFreeUpMethod({ planId, method: 'delete' });
  const report = await project.engine.run(planId, signal);
  assert.equal(report.done, 1);
}
