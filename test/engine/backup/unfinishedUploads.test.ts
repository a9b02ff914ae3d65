import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

import { Semaphore } from '../../../src/engine/concurrency/semaphore';
import { Claims } from '../../../src/engine/records/claims';
import { Database } from '../../../src/engine/records/database';
import { EngineLocks } from '../../../src/engine/records/engineLocks';
import type { StoredUpload } from '../../../src/engine/records/uploadStore';
import { unfinishedInMemory } from '../../support/memory/recordsInMemory';
import { Unfinished } from '../../../src/engine/records/unfinished';
import { Failure } from '../../../src/engine/failures/failure';
import { abortStale } from '../../../src/engine/backup/unfinishedUploads';
import { uploadFile, type UploadRequest } from '../../../src/engine/backup/upload';
import type { FailureCode } from '../../../src/protocol/failures';
import type { FilePath } from '../../../src/protocol/folders';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';

const mebibyte = 1 << 20;
const part = 8 * mebibyte;
const never = new AbortController().signal;
const owner = { folderId: 'f', store: 'memory', bucket: 'memory', prefix: 'w/' };
const path = 'a.bin' as FilePath;

describe('An interrupted upload in parts', function () {
  this.timeout(120_000);
  let folder: TemporaryFolder;
  let root: string;
  let file: string;
  let bucket: MemoryBucket;
  let unfinished: Unfinished;
  const opened: { close(): void }[] = [];

  beforeEach(async () => {
    folder = await temporaryFolder('resume');
    root = folder.path;
    file = join(root, path);
    bucket = memoryBucket();
    unfinished = unfinishedInMemory();
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) each.close();
    await folder.remove();
  });

  function upload(changed: Partial<UploadRequest> = {}) {
    return uploadFile({
      bucket,
      root,
      prefix: 'w/',
      path,
      condition: { kind: 'absent' },
      uploads: unfinished.of(owner).uploads,
      semaphore: new Semaphore({ places: 48, bytes: 128 * mebibyte }),
      signal: never,
      onBytes: () => undefined,
      ...changed,
    });
  }

  function inDatabase(): Unfinished {
    const fail = () => assert.fail('The file is whole.');
    const database = Database.open({
      file: join(root, 'receipts.sqlite'),
      onBroken: fail,
      onError: fail,
    });
    const locks = new EngineLocks(join(root, 'locks'), fail);
    opened.push(locks, database);
    return new Unfinished(database, new Claims(database, locks));
  }

  /** A file of four parts; none equals another, nor those of an earlier file. */
  function writeLarge(): void {
    writeFileSync(file, Buffer.alloc(3 * part + 5, randomBytes(64)));
  }

  /** Cuts an upload off when this many of its parts have arrived. */
  async function cutOff(arrived: number): Promise<void> {
    if (arrived === 4) {
      const hold = bucket.holdNext('completeMultipart');
      const cancelled = new AbortController();
      const uploading = upload({ signal: cancelled.signal });
      await hold.reached;
      cancelled.abort();
      await assert.rejects(uploading, { code: 'cancelled' });
    } else {
      bucket.failNext('putPart', failure('unreachable'), { after: arrived });
      // Parts that are on their way side by side with it.
      for (let n = arrived + 1; n < 4; n++) bucket.failNext('putPart', failure('unreachable'));
      await assert.rejects(upload(), { code: 'unreachable' });
    }
    assert.deepEqual(
      bucket.openUploads.map(({ partNumbers }) => partNumbers.length),
      [arrived],
    );
  }

  function failure(code: FailureCode): Failure {
    return new Failure(code, 'memory');
  }

  function calls(operation: string): number {
    return bucket.calls.filter(call => call.operation === operation).length;
  }

  function kept(): readonly StoredUpload[] {
    return unfinished.uploadsAt('memory').map(found => found.stored);
  }

  function checkWhole(): void {
    assert.ok(bucket.bytes('w/a.bin')?.equals(readFileSync(file)));
    assert.deepEqual(bucket.openUploads, []);
    assert.deepEqual(kept(), []);
  }

  for (const arrived of [0, 1, 3]) {
    it(`goes on after ${String(arrived)} of its 4 parts, and hashes all of them`, async () => {
      writeLarge();
      const whole = await upload({ prefix: 'other/' });
      await cutOff(arrived);
      const before = calls('putPart');
      let told = 0;
      const { receipt } = await upload({ onBytes: bytes => (told += bytes) });
      assert.equal(calls('putPart') - before, 4 - arrived);
      assert.equal(calls('startMultipart'), 2);
      assert.equal(told, 3 * part + 5);
      assert.equal(receipt.sha256, whole.receipt.sha256);
      checkWhole();
    });
  }

  const interruptions: readonly FailureCode[] = [
    'unreachable',
    'timed-out',
    'store-busy',
    'sign-in-needed',
    'credentials-expired',
  ];
  for (const code of interruptions) {
    it(`is kept where it ends with ${code}, of a part or of the whole`, async () => {
      writeLarge();
      for (const operation of ['putPart', 'completeMultipart', 'listParts'] as const) {
        bucket.failNext(operation, failure(code));
        await assert.rejects(upload(), { code }, operation);
        assert.equal(bucket.openUploads.length, 1, operation);
      }
      await upload();
      assert.equal(calls('startMultipart'), 1);
      checkWhole();
    });
  }

  it('is given up where it can come to nothing', async () => {
    writeLarge();
    for (const code of ['access-denied', 'parts-refused', 'changed-in-cloud'] as const) {
      bucket.failNext('completeMultipart', failure(code));
      await assert.rejects(upload(), { code });
      assert.deepEqual([bucket.openUploads, kept()], [[], []], code);
    }
  });

  it('sends a part again that is not what the file holds', async () => {
    writeLarge();
    await cutOff(4);
    const [{ upload: open }] = kept() as [StoredUpload];
    for (const [partNumber, body] of [
      [2, Buffer.alloc(part, 'somebody else’s')],
      [3, Buffer.alloc(5)],
    ] as const) {
      await bucket.putPart({ upload: open, partNumber, body, signal: never });
    }
    const before = calls('putPart');
    await upload();
    assert.equal(calls('putPart') - before, 2);
    checkWhole();
  });

  it('is begun anew where the file is another by now', async () => {
    for (const change of [
      writeLarge,
      () => {
        utimesSync(file, 1_700_000_000, 1_700_000_000);
      },
      () => {
        writeFileSync(file, 'small');
      },
    ]) {
      writeLarge();
      await cutOff(3);
      change();
      const before = calls('putPart');
      await upload();
      assert.equal(calls('putPart') - before, readFileSync(file).length > part ? 4 : 0);
      checkWhole();
      bucket.remove('w/a.bin');
    }
  });

  for (const code of ['access-denied', 'no-such-key', 'store-error'] as const) {
    it(`is begun anew where the store lists no parts (${code})`, async () => {
      writeLarge();
      await cutOff(2);
      bucket.failNext('listParts', failure(code));
      await upload();
      assert.equal(calls('startMultipart'), 2);
      checkWhole();
    });
  }

  it('is begun anew where the store wants that of a new one, and fails where it always does', async () => {
    writeLarge();
    bucket.failNext('completeMultipart', failure('no-such-upload'));
    await upload();
    checkWhole();
    bucket.remove('w/a.bin');
    for (let beginning = 0; beginning < 3; beginning++) {
      bucket.failNext('completeMultipart', failure('no-such-upload'));
    }
    await assert.rejects(upload(), { code: 'no-such-upload' });
  });

  it('is begun anew where the store has given it up, whenever that is found out', async () => {
    for (const operation of ['listParts', 'putPart', 'completeMultipart'] as const) {
      writeLarge();
      await cutOff(2);
      bucket.failNext(operation, failure('no-such-upload'));
      let told = 0;
      await upload({ onBytes: bytes => (told += bytes) });
      assert.equal(told, 3 * part + 5);
      checkWhole();
      bucket.remove('w/a.bin');
    }
  });

  it('leaves the uploads of others alone', async () => {
    const attributes = { contentType: 'x/y', metadata: {} };
    writeLarge();
    await cutOff(2);
    await bucket.startMultipart({ key: 'w/a.bin', attributes, signal: never });
    await upload();
    await tidy({ now: Date.now() + 30 * days });
    assert.deepEqual(bucket.openUploads, [{ key: 'w/a.bin', partNumbers: [] }]);
    assert.ok(bucket.bytes('w/a.bin')?.equals(readFileSync(file)));
  });

  it('ends with the whole file, whatever cuts it off how often', async () => {
    writeLarge();
    unfinished = inDatabase();
    await assertProperty(
      fc.asyncProperty(
        fc.array(
          fc.record({
            operation: fc.constantFrom('startMultipart', 'putPart', 'completeMultipart'),
            after: fc.nat(4),
            code: fc.constantFrom(...codes),
            changes: fc.boolean(),
          }),
          { maxLength: 4 },
        ),
        async cuts => {
          bucket = memoryBucket();
          for (const { operation, after, code, changes } of cuts) {
            bucket.failNext(operation, failure(code), { after });
            await tryOnce();
            if (changes) writeLarge();
          }
          // Some of the failures may still be to come.
          while (!(await tryOnce()));
          checkWhole();
        },
      ),
      { numRuns: 10 },
    );
  });

  const codes: readonly FailureCode[] = ['unreachable', 'no-such-upload', 'access-denied'];

  async function tryOnce(): Promise<boolean> {
    const present = await bucket.head({ key: 'w/a.bin', signal: never });
    const condition =
      present === undefined
        ? ({ kind: 'absent' } as const)
        : ({ kind: 'unchanged', etag: present.etag } as const);
    try {
      await upload({ condition });
      return true;
    } catch (error) {
      assert.ok(error instanceof Failure && codes.includes(error.code), String(error));
      return false;
    }
  }

  const days = 24 * 3_600_000;

  function tidy(changed: Partial<Parameters<typeof abortStale>[0]> = {}): Promise<void> {
    const now = Date.now() + days;
    const bucketNamed = () => bucket;
    return abortStale({ unfinished, owner, root, bucketNamed, now, signal: never, ...changed });
  }

  it('is given up where its file is gone, or another, and not before', async () => {
    for (const change of [
      writeLarge,
      () => {
        rmSync(file);
      },
    ]) {
      writeLarge();
      await cutOff(2);
      await tidy();
      assert.equal(kept().length, 1);
      change();
      // Another window may be at it just now.
      await tidy({ now: Date.now() });
      assert.equal(kept().length, 1);
      await tidy();
      assert.deepEqual([bucket.openUploads, kept()], [[], []]);
    }
  });

  it('is given up where the folder is backed up elsewhere, or after a week', async () => {
    writeLarge();
    for (const [changed, left] of [
      [{}, 1],
      [{ owner: { ...owner, folderId: 'g' } }, 1],
      [{ owner: { ...owner, store: 'example.org' }, now: Date.now() + 8 * days }, 1],
      [{ owner: { ...owner, prefix: 'other/' } }, 0],
      [{ owner: { ...owner, bucket: 'other' } }, 0],
      [{ owner: { ...owner, folderId: 'g' }, now: Date.now() + 8 * days }, 0],
    ] as const) {
      await cutOff(1);
      await tidy(changed);
      assert.equal(bucket.openUploads.length, left, JSON.stringify(changed));
      await tidy({ now: Date.now() + 8 * days });
    }
  });

  it('is given up another time where the store does not answer now', async () => {
    writeLarge();
    await cutOff(1);
    writeLarge();
    bucket.failNext('abortMultipart', failure('unreachable'));
    await tidy();
    assert.deepEqual(
      kept().map(({ intent }) => intent),
      ['abort'],
    );
    await tidy();
    assert.deepEqual([bucket.openUploads, kept()], [[], []]);
  });

  it('is neither joined nor aborted while another window sends it', async () => {
    unfinished = inDatabase();
    const other = inDatabase();
    writeLarge();
    const hold = bucket.holdNext('putPart');
    const first = upload();
    await hold.reached;
    for (const changed of [{ prefix: 'other/' }, { bucket: 'other' }]) {
      const moved = { ...owner, ...changed };
      await tidy({ unfinished: other, owner: moved, now: Date.now() + 8 * days });
    }
    const second = await upload({ uploads: other.of(owner).uploads });
    hold.release();
    assert.deepEqual((await first).receipt.sha256, second.receipt.sha256);
    assert.deepEqual([calls('startMultipart'), calls('putPart')], [2, 8]);
    // The first one's, which the second has made unnecessary.
    assert.equal(calls('abortMultipart'), 1);
    checkWhole();
  });

  for (const [where, make] of [
    ['in memory', () => unfinishedInMemory()],
    ['in the database', inDatabase],
  ] as const) {
    it(`is known by its path, its place and its store, ${where}`, () => {
      const all = make();
      const one = keptAs('one', 'a', 5);
      const other = keptAs('other', 'a', 7);
      const { uploads } = all.of(owner);
      for (const each of [one, other, keptAs('third', 'b', 6)]) uploads.keep(each);
      all.of({ ...owner, folderId: 'g' }).uploads.keep(keptAs('fourth', 'a', 1));
      all.of({ ...owner, store: 'example.org' }).uploads.keep(keptAs('fifth', 'a', 1));
      assert.deepEqual(uploads.of('a' as FilePath), [other, one]);
      const again = { ...one, usedAt: 9, intent: 'abort' } as const;
      uploads.keep(again);
      assert.deepEqual(all.of(owner).uploads.of('a' as FilePath), [again, other]);
      uploads.forget(other.upload);
      assert.deepEqual(uploads.of('a' as FilePath), [again]);
      const ids = all.uploadsAt('memory').map(found => [found.stored.upload.uploadId, found.owner]);
      assert.deepEqual(ids.sort(), [
        ['fourth', { ...owner, folderId: 'g' }],
        ['one', owner],
        ['third', owner],
      ]);
    });
  }

  function keptAs(uploadId: string, name: string, usedAt: number): StoredUpload {
    const local = { path: name as FilePath, size: 9, mtimeNs: 1n, ctimeNs: 2n, inode: 3n };
    return {
      upload: { key: `w/${name}`, uploadId, checksum: 'crc32' },
      local,
      partSize: 4,
      intent: 'finish',
      usedAt,
    };
  }
});
