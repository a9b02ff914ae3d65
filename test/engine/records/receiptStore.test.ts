import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
// eslint-disable-next-line no-restricted-imports -- how long the thread is held is what is tested
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';

import { Database } from '../../../src/engine/records/database';
import type { JournalMode } from '../../../src/engine/records/sqlite';
import { Receipts } from '../../../src/engine/records/receiptStore';
import type { Reading, Receipt, ReceiptOwner } from '../../../src/engine/records/receipts';
import { isSameState } from '../../../src/engine/disk/localFile';
import type { FilePath } from '../../../src/protocol/folders';
import { eventually } from '../../support/suite/eventually';
import type { FullDiskStory } from '../../support/processes/fullDiskWorker';
import { onSmallDisk } from '../../support/disk/smallDisk';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';

const owner: ReceiptOwner = { folderId: 'f', store: 'AWS', bucket: 'b', prefix: 'p/' };

describe('The receipt database', () => {
  let folder: TemporaryFolder;
  let file: string;
  const open: Receipts[] = [];
  let troubles: unknown[];

  beforeEach(async () => {
    folder = await temporaryFolder('receipts');
    file = join(folder.path, 'storage', 'receipts.sqlite');
    troubles = [];
  });
  afterEach(async () => {
    for (const receipts of open.splice(0)) receipts.close();
    await folder.remove();
  });

  function openIt(onBroken: () => void = neverBroken, modeOn?: () => JournalMode): Receipts {
    const database = Database.open({
      file,
      onBroken,
      onError: why => troubles.push(why),
      ...(modeOn && { journalModeOn: modeOn }),
    });
    const receipts = new Receipts(database);
    open.push(receipts);
    return receipts;
  }

  function neverBroken(): void {
    assert.fail('The file is whole.');
  }

  function openUnkept(): Database {
    const database = Database.open({
      file,
      onBroken: neverBroken,
      onError: why => troubles.push(why),
    });
    open.push(new Receipts(database));
    return database;
  }

  it('gives back what was put, in this window and in another', () => {
    assertProperty(
      fc.property(fc.uniqueArray(receipts(), { selector: each => each.local.path }), all => {
        const own = { ...owner, folderId: randomUUID() };
        const mine = openIt().of(own);
        for (const receipt of all) mine.put(receipt);
        const theirs = openIt().of(own);
        assert.deepEqual([...theirs.all().values()].sort(byPath), [...all].sort(byPath));
        for (const receipt of all) {
          assert.deepEqual(theirs.get(receipt.local.path), receipt);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('gives those of the files at and below some places', () => {
    const mine = openIt().of(owner);
    const paths = ['a', 'a/b', 'a/b/c', 'a-b', 'a0', 'aa', 'b', 'a/\u{1f600}', 'a/\uffff'];
    for (const path of paths) {
      const receipt = receiptOf(path);
      mine.put(receipt);
      mine.remember({ ...receipt, cloud: 'different' });
    }
    const below = (...places: readonly string[]) => {
      const starts = places as readonly FilePath[];
      const found = [...mine.all(starts).keys()].sort();
      assert.deepEqual([...mine.differing(starts).keys()].sort(), found);
      return found;
    };
    assert.deepEqual(below('a'), ['a', 'a/b', 'a/b/c', 'a/\u{1f600}', 'a/\uffff']);
    assert.deepEqual(below('a/b', 'b', 'c'), ['a/b', 'a/b/c', 'b']);
    assert.deepEqual(below(''), paths.toSorted());
  });

  it('replaces, forgets, and remembers readings apart from receipts', () => {
    const mine = openIt().of(owner);
    const first = receiptOf('a.txt');
    mine.put(first);
    mine.put({ ...first, etag: 'other' });
    assert.equal(mine.get(first.local.path)?.etag, 'other');
    const reading: Reading = { ...first, cloud: 'unknown', etag: 'e-1' };
    mine.remember(reading);
    mine.remember({ ...reading, cloud: 'different' });
    mine.forget(first.local.path);
    assert.equal(mine.get(first.local.path), undefined);
    assert.equal(mine.all().size, 0);
    const { local, sha256, hashBegan } = first;
    assert.deepEqual(mine.reading(local.path), {
      local,
      etag: 'e-1',
      cloud: 'different',
      sha256,
      hashBegan,
    });
  });

  it('tells once that it cannot write, and goes on with what can be read', () => {
    const database = openUnkept();
    const receipts = new Receipts(database);
    const mine = receipts.of(owner);
    mine.put(receiptOf('a.txt'));
    database.sqlite.exec('PRAGMA query_only = ON');
    mine.put(receiptOf('b.txt'));
    mine.forget('a.txt' as FilePath);
    assert.deepEqual([...mine.all().keys()], ['a.txt']);
    assert.equal(receipts.of(owner).all().size, 1);
    // A folder that is new keeps its receipts as long as the engine lives.
    const other = { ...owner, folderId: 'new' };
    receipts.of(other).put(receiptOf('c.txt'));
    assert.deepEqual([...receipts.of(other).all().keys()], ['c.txt']);
    assert.equal(troubles.length, 1);
  });

  it('tells once that it cannot read, and takes it for nothing proved', () => {
    const database = openUnkept();
    const mine = new Receipts(database).of(owner);
    mine.put(receiptOf('a.txt'));
    database.sqlite.exec('DROP TABLE receipts; DROP TABLE readings');
    assert.equal(mine.all().size, 0);
    assert.equal(mine.get('a.txt' as FilePath), undefined);
    assert.equal(mine.reading('a.txt' as FilePath), undefined);
    assert.equal(troubles.length, 1);
  });

  it('loses no file and no comparison on a full disk, and proves again when there is room', async function () {
    const outcome = await onSmallDisk('fullDiskWorker', folder.path, '4m');
    if ('unavailable' in outcome) {
      this.test!.title += ` (${outcome.unavailable})`;
      this.skip();
    }
    const told = outcome.told as FullDiskStory;
    assert.deepEqual(told, {
      backedUp: 300,
      shown: 300,
      troubles: ['database or disk is full'],
      keptWhileFull: told.keptWhileFull,
      provedAgain: 300,
      keptAfterwards: 300,
    });
    assert.ok(told.keptWhileFull < 300);
  });

  it('waits until it can be read, and no longer than until Cancel', async () => {
    const mine = openIt(neverBroken, () => 'DELETE').of(owner);
    mine.put(receiptOf('a.txt'));
    const locker = new DatabaseSync(file);
    try {
      locker.exec('BEGIN EXCLUSIVE');
      const cancelling = new AbortController();
      const cancelled = mine.readable(cancelling.signal);
      cancelling.abort();
      await cancelled;
      const readable = mine.readable(new AbortController().signal);
      locker.exec('COMMIT');
      await readable;
      assert.equal(mine.all().size, 1);
    } finally {
      locker.close();
    }
    assert.deepEqual(troubles, []);
  });

  it('keeps a file’s receipt whatever its time, and tells nobody', () => {
    const mine = openIt().of(owner);
    assertProperty(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.bigInt(), (one, other) => {
        const receipt = receiptOf('a.txt');
        const local = { ...receipt.local, mtimeNs: one, ctimeNs: one };
        mine.put({ ...receipt, local });
        const kept = mine.get(local.path)?.local;
        assert.ok(kept !== undefined && isSameState(kept, local));
        const isSame = isSameState(kept, { ...local, mtimeNs: other });
        assert.equal(isSame, (one - other) % 2n ** 64n === 0n);
      }),
    );
    assert.deepEqual(troubles, []);
  });

  it('keeps the receipts of each folder and place apart', () => {
    const receipts = openIt();
    receipts.of(owner).put(receiptOf('a.txt'));
    for (const other of [
      { ...owner, folderId: 'g' },
      { ...owner, store: 'example.org' },
      { ...owner, bucket: 'c' },
      { ...owner, prefix: '' },
    ]) {
      assert.equal(receipts.of(other).all().size, 0, JSON.stringify(other));
    }
  });

  it('sets a broken file aside and begins anew', async () => {
    openIt().of(owner).put(receiptOf('a.txt'));
    for (const receipts of open.splice(0)) receipts.close();
    const bytes = await readFile(file);
    bytes.fill(0xff, 0, 1024);
    await writeFile(file, bytes);
    let broken = 0;
    const receipts = openIt(() => {
      broken++;
    }).of(owner);
    assert.equal(broken, 1);
    assert.equal(receipts.all().size, 0);
    receipts.put(receiptOf('b.txt'));
    const names = await readdir(join(folder.path, 'storage'));
    assert.ok(
      names.some(name => name.startsWith('receipts.sqlite.broken-')),
      names.join(', '),
    );
  });

  it('does not touch a file of a later version', async () => {
    openIt();
    for (const receipts of open.splice(0)) receipts.close();
    const { DatabaseSync } = await import('node:sqlite');
    const later = new DatabaseSync(file);
    later.exec('PRAGMA user_version = 99');
    later.close();
    const before = await readFile(file);
    assert.throws(() => Database.open({ file, onBroken: neverBroken, onError: () => undefined }));
    assert.deepEqual(await readFile(file), before);
  });

  // As on a disk of this computer, and on one of the network.
  for (const mode of ['WAL', 'DELETE'] as const) {
    it(`is shared by two windows that write at once (${mode})`, async () => {
      const [one, other] = [openIt(neverBroken, () => mode), openIt(neverBroken, () => mode)];
      const [mine, theirs] = [one.of(owner), other.of(owner)];
      for (let index = 0; index < 50; index++) {
        mine.put(receiptOf(`mine/${String(index)}`));
        theirs.put(receiptOf(`theirs/${String(index)}`));
      }
      assert.deepEqual(troubles, []);
      assert.equal(mine.all().size, 100);
      assert.deepEqual([...theirs.all().keys()].sort(), [...mine.all().keys()].sort());
      const names = await readdir(join(folder.path, 'storage'));
      assert.equal(names.includes('receipts.sqlite-shm'), mode === 'WAL');
    });

    it(`waits for a lock of somebody else’s without holding the thread (${mode})`, async () => {
      const mine = openIt(neverBroken, () => mode).of(owner);
      mine.put(receiptOf('before'));
      const locker = new DatabaseSync(file);
      locker.exec('BEGIN EXCLUSIVE');
      try {
        const longest = await longestHold(() => {
          for (let index = 0; index < 100; index++) {
            mine.put(receiptOf(String(index)));
            assert.ok(mine.get(String(index) as FilePath));
          }
          mine.forget('0' as FilePath);
          assert.equal(mine.get('0' as FilePath), undefined);
          mine.remember({ ...receiptOf('1'), cloud: 'unknown' });
          assert.equal(mine.reading('1' as FilePath)?.cloud, 'unknown');
        });
        assert.ok(longest < 1000, `${String(longest)} ms`);
      } finally {
        locker.close();
      }
      const theirs = openIt(neverBroken, () => mode).of(owner);
      await eventually(() => {
        assert.equal(theirs.all().size, 100);
        assert.ok(theirs.reading('1' as FilePath));
      });
      assert.equal(theirs.get('0' as FilePath), undefined);
      assert.deepEqual(troubles, []);
    });

    it(`keeps the receipts of a folder that was new while the file was locked (${mode})`, async () => {
      const receipts = openIt(neverBroken, () => mode);
      const mine = receipts.of(owner);
      const locker = new DatabaseSync(file);
      locker.exec('BEGIN EXCLUSIVE');
      mine.put(receiptOf('a.txt'));
      assert.deepEqual([...receipts.of(owner).all().keys()], ['a.txt']);
      locker.close();
      await eventually(() => {
        assert.ok(mine.get('a.txt' as FilePath));
        assert.equal(
          openIt(neverBroken, () => mode)
            .of(owner)
            .all().size,
          1,
        );
      });
      assert.deepEqual(troubles, []);
    });

    it(`holds what was put when the process is killed, and opens again (${mode})`, async () => {
      const child = fork(join(__dirname, '..', '..', 'support', 'processes', 'receiptWriter.js'), [
        file,
        mode,
      ]);
      let last = -1;
      child.on('message', written => {
        last = Number(written);
        if (last === 200) child.kill('SIGKILL');
      });
      await once(child, 'exit');
      const kept = openIt(neverBroken, () => mode).of({
        folderId: 'f',
        store: 'AWS',
        bucket: 'b',
        prefix: '',
      });
      assert.ok(last >= 200);
      for (let index = 0; index <= last; index++) {
        assert.ok(
          kept.get(`${String(index)}.txt` as FilePath),
          `${String(index)} of ${String(last)}`,
        );
      }
    });
  }
});

/** For how long the work, and what it leaves for later, holds the thread at a stretch; in ms. */
async function longestHold(work: () => void): Promise<number> {
  const began = performance.now();
  work();
  const held = performance.now() - began;
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  // What waits is tried several times meanwhile.
  await delay(200);
  delays.disable();
  return Math.max(held, delays.max / 1e6);
}

function receiptOf(path: string): Receipt {
  return {
    local: {
      path: path as FilePath,
      size: 3,
      mtimeNs: 1_700_000_000_123_456_789n,
      ctimeNs: 1_700_000_001_000_000_001n,
      inode: 0xffff_ffff_ffff_fff0n,
    },
    sha256: 'ab'.repeat(32),
    etag: 'e',
    crc32: undefined,
    versionId: undefined,
    hashBegan: 1_700_000_002_000,
    provedAt: 1_700_000_002_500.25,
  };
}

function receipts(): fc.Arbitrary<Receipt> {
  const nanoseconds = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
  const plain = { noNullPrototype: true };
  const local = fc.record(
    {
      // Well-formed and without NUL: no others get a receipt.
      path: fc
        .string({ minLength: 1, unit: 'binary' })
        .filter(path => !path.includes('\0'))
        .map(path => path as FilePath),
      size: fc.maxSafeNat(),
      mtimeNs: nanoseconds,
      ctimeNs: nanoseconds,
      inode: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    },
    plain,
  );
  return fc.record(
    {
      local,
      sha256: fc.string(),
      etag: fc.string(),
      crc32: fc.option(fc.string(), { nil: undefined }),
      versionId: fc.option(fc.string(), { nil: undefined }),
      hashBegan: fc.double({ noNaN: true, noDefaultInfinity: true }).map(zeroOrMore),
      provedAt: fc.double({ noNaN: true, noDefaultInfinity: true }).map(zeroOrMore),
      freedAt: fc.double({ noNaN: true, noDefaultInfinity: true }).map(zeroOrMore),
    },
    {
      ...plain,
      requiredKeys: ['local', 'sha256', 'etag', 'crc32', 'versionId', 'hashBegan', 'provedAt'],
    },
  );
}

/** SQLite knows one zero only. */
function zeroOrMore(value: number): number {
  return Math.abs(value);
}

function byPath(one: Receipt, other: Receipt): number {
  return one.local.path < other.local.path ? -1 : 1;
}
