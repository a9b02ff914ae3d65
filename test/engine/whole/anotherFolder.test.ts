import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { identityOf } from '../../../src/engine/disk/folderIdentity';
import { volumesIn } from '../../../src/engine/disk/volumesBelow';
import type { Receipts } from '../../../src/engine/records/receiptStore';
import type { FilePath } from '../../../src/protocol/folders';
import { readsOfFiles } from '../../support/disk/readsOfFiles';
import { MovableClock } from '../../support/suite/movableClock';
import { writeTree } from '../../support/disk/localTree';
import { swapFolders } from '../../support/disk/swapFolders';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { receiptsInMemory } from '../../support/memory/recordsInMemory';
import { targetOf } from '../../support/memory/targetOf';

const all = { kind: 'all' } as const;
const owner = { ...targetOf({ bucket: 'memory', prefix: 'w/' }), folderId: 'w' };
const signal = new AbortController().signal;

/** Two memory cards that are mounted at one path, one after the other. */
describe('Another folder at the same path', function () {
  this.timeout(120_000);
  let temporary: TemporaryFolder;
  let root: string;
  let clock: MovableClock;
  let bucket: MemoryBucket;
  let receipts: Receipts;
  let project: ProjectInMemory;

  beforeEach(async () => {
    clock = new MovableClock();
    temporary = await temporaryFolder('cards');
    root = join(temporary.path, 'card');
    mkdirSync(root);
    mkdirSync(join(temporary.path, 'second'));
    bucket = memoryBucket();
    receipts = receiptsInMemory();
    project = new ProjectInMemory({ root, bucket, receipts });
  });
  afterEach(async () => {
    clock.restore();
    project.engine.dispose();
    await temporary.remove();
  });

  /** Takes out the card that is in, and puts in the other one. */
  function swap(out: string, into: string, at = root): void {
    swapFolders(at, join(temporary.path, out), join(temporary.path, into));
  }

  /** A first card, backed up, and a second one with other pictures under the same names. */
  async function twoCards(at = root): Promise<void> {
    const files = { 'IMG_1.JPG': 'first 1', 'IMG_2.JPG': 'first 2', 'same.txt': 'same' };
    await writeTree(at, files, 1_600_000_000_000);
    const others = { ...files, 'IMG_1.JPG': 'other 1', 'IMG_2.JPG': 'other two' };
    await writeTree(join(temporary.path, 'second'), others, 1_500_000_000_000);
    clock.passRacyWindow();
    await project.compare();
    await project.backUp(all);
  }

  async function free(): Promise<void> {
    const folders = [{ setup: project.setup, scope: all }];
    const { planId } = await project.engine.planFreeUp({ folders }, signal);
    project.engine.chooseFreeUpMethod({ planId, method: 'delete' });
    await project.engine.run(planId, signal);
  }

  it('frees nothing by what was proved of the other, and replaces nothing unasked', async () => {
    await twoCards();
    swap('first', 'second');
    // What was shown is of the other card, too.
    const before = await project.plan(project.resources('IMG_1.JPG', 'IMG_2.JPG'));
    assert.equal(before.unknownOrigin.files, 2);

    await project.compare();
    const { files, unknownOrigin } = await project.plan(all);
    assert.deepEqual([files, unknownOrigin.files], [2, 2]);
    await free();
    assert.equal(readFileSync(join(root, 'IMG_1.JPG'), 'utf8'), 'other 1');
    assert.equal(readFileSync(join(root, 'IMG_2.JPG'), 'utf8'), 'other two');
    assert.equal(bucket.bytes('w/IMG_1.JPG')?.toString(), 'first 1');
  });

  it('reads each file before it counts as proved, once, and knows the first one again', async () => {
    await twoCards();
    const again = new ProjectInMemory({ root, bucket, receipts });
    for (const [out, into] of [
      ['first', 'second'],
      ['second', 'first'],
    ] as const) {
      swap(out, into);
      const reads = readsOfFiles(root);
      try {
        await again.compare();
        assert.ok(reads.names.includes('same.txt'), into);
        reads.forget();
        await again.compare();
        assert.deepEqual(reads.names, [], into);
      } finally {
        reads.restore();
      }
    }
    for (const path of ['IMG_1.JPG', 'IMG_2.JPG', 'same.txt']) {
      assert.deepEqual(again.row(path).verdict, { kind: 'up-to-date', proof: 'receipt' }, path);
    }
    assert.equal((await again.plan(all)).unknownOrigin.files, 0);
    again.engine.dispose();
  });

  it('replaces nothing unasked by older files, one level down, too', async () => {
    const card = join(root, 'card');
    mkdirSync(card);
    await twoCards(card);
    swap('first', 'second', card);
    const before = await project.plan(project.resources('card/IMG_1.JPG'));
    assert.deepEqual([before.files, before.unknownOrigin.files], [1, 1]);
    await project.compare();
    const { files, unknownOrigin } = await project.plan(all);
    assert.deepEqual([files, unknownOrigin.files], [2, 2]);
    assert.deepEqual(unknownOrigin.examples, ['card/IMG_1.JPG', 'card/IMG_2.JPG']);
    swap('second', 'first', card);
    await project.compare();
    assert.equal((await project.plan(all)).files, 0);
  });

  it('replaces nothing unasked by newer files that were written before the others were read', async () => {
    const card = join(root, 'card');
    mkdirSync(card);
    await twoCards(card);
    const written = new Date(Date.now() - 86_400_000);
    for (const name of ['IMG_1.JPG', 'IMG_2.JPG']) {
      utimesSync(join(temporary.path, 'second', name), written, written);
    }
    swap('first', 'second', card);
    await project.compare();
    const { files, unknownOrigin } = await project.plan(all);
    assert.deepEqual([files, unknownOrigin.files], [2, 2]);
  });

  /** The pictures of the second card are taken after the first one was read. */
  function takeNewPictures(): void {
    const taken = new Date(Date.now() + 60_000);
    for (const name of ['IMG_1.JPG', 'IMG_2.JPG']) {
      const picture = join(temporary.path, 'second', name);
      writeFileSync(picture, `taken later: ${name}`);
      utimesSync(picture, taken, taken);
    }
  }

  it('replaces nothing unasked by files that were written after the others were read', async () => {
    const card = join(root, 'card');
    mkdirSync(card);
    const identity = identityOf(card);
    assert.ok(identity !== undefined);
    receipts
      .of(owner)
      .noteVolumes([...volumesIn(root, []), { path: 'card' as FilePath, identity }]);
    await twoCards(card);
    takeNewPictures();
    swap('first', 'second', card);
    await project.compare();
    const { files, unknownOrigin } = await project.plan(all);
    assert.deepEqual([files, unknownOrigin.files], [2, 2]);
  });

  it('uploads nothing from a folder that came after the plan was shown', async () => {
    await twoCards();
    for (const name of ['IMG_1.JPG', 'IMG_2.JPG']) writeFileSync(join(root, name), 'edited');
    writeFileSync(join(root, 'new.txt'), 'new');
    takeNewPictures();
    writeFileSync(join(temporary.path, 'second', 'new.txt'), 'another new one');
    await project.compare();
    const { planId, files, unknownOrigin } = await project.plan(all);
    assert.deepEqual([files, unknownOrigin.files], [3, 0]);
    swap('first', 'second');
    const { skipped, reasons } = await project.engine.run(planId, signal);
    assert.deepEqual([skipped, reasons], [3, { 'file-vanished': 3 }]);
    assert.equal(bucket.bytes('w/IMG_1.JPG')?.toString(), 'first 1');
    assert.equal(bucket.bytes('w/new.txt'), undefined);
  });

  it('uploads nothing more from a folder that comes while the plan runs', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `IMG_${String(index)}.JPG`);
    const written = Object.fromEntries(names.map(name => [name, `first ${name}`]));
    const others = Object.fromEntries(names.map(name => [name, `other ${name}`]));
    await writeTree(root, written, 1_600_000_000_000);
    await writeTree(join(temporary.path, 'second'), others, 1_600_000_000_000);
    project.engine.dispose();
    // Far fewer than there are files can be open at once.
    project = new ProjectInMemory({ root, bucket, receipts, settings: { concurrency: 1 } });
    await project.compare();
    const hold = bucket.holdNext('put');
    const running = project.backUp(all);
    await hold.reached;
    swap('first', 'second');
    hold.release();
    const { done, skipped, reasons } = await running;
    assert.ok(done > 0 && skipped > 0);
    assert.deepEqual([done + skipped, reasons], [names.length, { 'file-vanished': skipped }]);
    assert.equal(bucket.keys.length, done);
    for (const key of bucket.keys) {
      assert.equal(bucket.bytes(key)?.toString(), `first ${key.slice('w/'.length)}`);
    }
  });

  it('asks about an older file that was copied into the place, and about none that was edited', async () => {
    await twoCards();
    // As `cp -p` does, which writes into the file that is there.
    writeFileSync(join(root, 'IMG_1.JPG'), 'older');
    utimesSync(join(root, 'IMG_1.JPG'), 1_500_000_000, 1_500_000_000);
    // As editors save that write a new file and give it the name.
    writeFileSync(join(root, 'saving~'), 'edited');
    renameSync(join(root, 'saving~'), join(root, 'IMG_2.JPG'));
    await project.compare();
    const { files, unknownOrigin } = await project.plan(all);
    assert.deepEqual([files, unknownOrigin.examples], [2, ['IMG_1.JPG']]);
  });

  it('is none where the folder was only moved, changed, or is not there', async () => {
    await twoCards();
    const reads = readsOfFiles(root);
    try {
      renameSync(root, join(temporary.path, 'elsewhere'));
      await assert.rejects(project.compare());
      renameSync(join(temporary.path, 'elsewhere'), root);
      writeFileSync(join(root, 'new'), '');
      rmSync(join(root, 'new'));
      await project.compare();
      assert.deepEqual(reads.names, []);
      assert.ok(existsSync(join(root, 'same.txt')));
    } finally {
      reads.restore();
    }
  });
});
