import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

import type { Bucket } from '../../../src/engine/ports/bucket';
import { Semaphore } from '../../../src/engine/concurrency/semaphore';
import { Failure } from '../../../src/engine/failures/failure';
import { noUploads } from '../../support/memory/recordsInMemory';
import type { UploadStore } from '../../../src/engine/records/uploadStore';
import { partSizeFor } from '../../../src/engine/backup/partSize';
import { uploadFile, type UploadRequest } from '../../../src/engine/backup/upload';
import type { FilePath } from '../../../src/protocol/folders';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { untrueSizes } from '../../support/disk/untrueSizes';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';
import { hashedHere } from '../../support/suite/hashedHere';

const mebibyte = 1 << 20;
const part = 8 * mebibyte;
const absent = { kind: 'absent' } as const;

describe('upload', function () {
  this.timeout(120_000);
  let folder: TemporaryFolder;
  let root: string;
  let file: string;
  let bucket: MemoryBucket;
  let uploads: UploadStore;
  beforeEach(async () => {
    folder = await temporaryFolder('upload');
    root = folder.path;
    file = join(root, 'a.bin');
    bucket = memoryBucket();
    uploads = noUploads();
  });
  afterEach(() => folder.remove());

  function upload(changed: Partial<UploadRequest> = {}) {
    return uploadFile({
      bucket,
      root,
      prefix: 'w/',
      path: 'a.bin' as FilePath,
      condition: absent,
      uploads,
      semaphore: new Semaphore({ places: 48, bytes: 128 * mebibyte }),
      signal: new AbortController().signal,
      onBytes: () => undefined,
      ...changed,
    });
  }

  /** A file of this size without a hole being written, different in every part. */
  function writeLarge(size: number): void {
    writeFileSync(file, 'begin');
    truncateSync(file, size);
    const handle = openSync(file, 'r+');
    for (let position = mebibyte; position < size; position += part) {
      writeSync(handle, `part ${String(position)}`, position);
    }
    closeSync(handle);
  }

  /** The bucket, with something happening whenever a call of these operations arrives. */
  function whenCalled(happen: (operation: string) => void): Bucket {
    return {
      ...bucket,
      clockOffsetMs: 0,
      startMultipart(request) {
        happen('startMultipart');
        return bucket.startMultipart(request);
      },
      putPart(request) {
        happen('putPart');
        return bucket.putPart(request);
      },
      put(request) {
        happen('put');
        return bucket.put(request);
      },
      completeMultipart(request) {
        happen('completeMultipart');
        return bucket.completeMultipart(request);
      },
    };
  }

  /** A semaphore, with something happening between the first look at a file and its reading. */
  function whenTaken(happen: () => void): Semaphore {
    const inner = new Semaphore({ places: 48, bytes: 128 * mebibyte });
    const acquire = inner.acquire.bind(inner);
    inner.acquire = (bytes, signal) => {
      happen();
      return acquire(bytes, signal);
    };
    return inner;
  }

  function operations(): readonly string[] {
    return bucket.calls.map(({ operation }) => operation);
  }

  const sizes: readonly (readonly [string, number, number])[] = [
    ['an empty file', 0, 0],
    ['one byte', 1, 0],
    ['exactly one part', part, 0],
    ['one byte more than a part', part + 1, 2],
    ['several parts', 3 * part + 5, 4],
    ['exactly two parts', 2 * part, 2],
  ];

  for (const [what, size, parts] of sizes) {
    it(`stores ${what} as it is on disk`, async () => {
      if (size < part) writeFileSync(file, 'x'.repeat(size));
      else writeLarge(size);
      let told = 0;
      const uploaded = await upload({ onBytes: bytes => (told += bytes) });
      assert.ok(bucket.bytes('w/a.bin')?.equals(readFileSync(file)));
      assert.equal(told, size);
      const head = await bucket.head({ key: 'w/a.bin', signal: new AbortController().signal });
      assert.equal(uploaded.cloud.etag, head?.etag);
      assert.deepEqual([uploaded.cloud.size, uploaded.local.size], [size, size]);
      assert.equal(operations().filter(operation => operation === 'putPart').length, parts);
      assert.equal(operations().includes('put'), parts === 0);
      assert.deepEqual(bucket.openUploads, []);
    });
  }

  it('hashes none of a large file in the thread that sends it', async () => {
    writeLarge(3 * part);
    const bodies: Uint8Array[] = [];
    const stored = { etag: 'e', versionId: undefined, crc32: undefined };
    const sent = { ...bucket, clockOffsetMs: 0, putPart: keepBody } satisfies Bucket;
    function keepBody(request: Parameters<Bucket['putPart']>[0]) {
      bodies.push(request.body);
      return Promise.resolve({
        ...{ partNumber: request.partNumber, size: request.body.byteLength },
        ...{ etag: 'e', crc32: undefined },
      });
    }
    const here = await hashedHere(() =>
      upload({ bucket: { ...sent, completeMultipart: () => Promise.resolve(stored) } }),
    );
    assert.equal(here, 0);
    // Nor is a copy made for the one that hashes.
    assert.deepEqual(
      bodies.map(({ buffer }) => buffer instanceof SharedArrayBuffer),
      [true, true, true],
    );
  });

  it('takes parts of equal size, of which 10,000 suffice', () => {
    const tebibyte = 1024 * 1024 * mebibyte;
    assertProperty(
      fc.property(fc.integer({ min: 0, max: 48 * tebibyte }), size => {
        const partSize = partSizeFor(size);
        assert.ok(partSize >= part && partSize % mebibyte === 0);
        assert.ok(Math.ceil(size / partSize) <= 10_000);
        assert.ok(partSize === part || Math.ceil(size / (partSize - mebibyte)) > 10_000);
      }),
    );
  });

  it('stores dates and mode beside the bytes, as rclone does', async () => {
    writeFileSync(file, 'x');
    chmodSync(file, 0o640);
    for (const [seconds, mtime] of [
      [1_700_000_000, '1700000000.000000000'],
      [0, '0.000000000'],
      [-1, '-1.000000000'],
      [-86_400 * 365, '-31536000.000000000'],
    ] as const) {
      utimesSync(file, new Date(seconds * 1000), new Date(seconds * 1000));
      await upload();
      const head = await bucket.head({ key: 'w/a.bin', signal: new AbortController().signal });
      assert.deepEqual(head?.metadata, { mtime, mode: '100640' });
      assert.equal(bucket.contentType('w/a.bin'), 'application/octet-stream');
      bucket.remove('w/a.bin');
    }
    writeFileSync(join(root, 'b.html'), '');
    await upload({ path: 'b.html' as FilePath });
    assert.equal(bucket.contentType('w/b.html'), 'text/html');
  });

  it('writes no dates that read back as others', async () => {
    writeFileSync(file, 'x');
    // Half a second before 1970 is not half a second after it.
    utimesSync(file, new Date(-500), new Date(-500));
    await upload();
    const head = await bucket.head({ key: 'w/a.bin', signal: new AbortController().signal });
    assert.equal(head?.metadata['mtime'], '-0.500000000');
  });

  for (const size of [3, part + 3]) {
    const what = size < part ? 'in one piece' : 'in parts';

    it(`replaces nothing but what was seen, ${what}`, async () => {
      if (size < part) writeFileSync(file, 'new');
      else writeLarge(size);
      bucket.place('w/a.bin', 'theirs', { etag: 'seen' });
      await assert.rejects(upload(), { code: 'changed-in-cloud' });
      const condition = (etag: string) => ({ kind: 'unchanged', etag }) as const;
      await assert.rejects(upload({ condition: condition('other') }), { code: 'changed-in-cloud' });
      assert.equal(bucket.bytes('w/a.bin')?.toString(), 'theirs');
      await upload({ condition: condition('seen') });
      assert.equal(bucket.bytes('w/a.bin')?.byteLength, size);
      bucket.remove('w/a.bin');
      await assert.rejects(upload({ condition: condition('seen') }), { code: 'changed-in-cloud' });
      assert.deepEqual(bucket.openUploads, []);
    });
  }

  it('reads a file again that changed before it was read whole', async () => {
    writeFileSync(file, 'one');
    let changes = 0;
    const uploaded = await upload({
      semaphore: whenTaken(() => {
        if (changes++ < 2) writeFileSync(file, `state ${String(changes)}`);
      }),
    });
    assert.equal(bucket.bytes('w/a.bin')?.toString(), 'state 2');
    assert.equal(uploaded.local.size, 7);
    assert.deepEqual(operations(), ['put']);
  });

  it('stores nothing of a file that holds more than its disk says', async () => {
    const halfAPart = 4 << 20;
    for (const [size, held] of [
      [0, 10],
      [9, 10],
      [halfAPart * 3, halfAPart * 3 + 1],
    ] as const) {
      writeFileSync(file, Buffer.alloc(held, 1));
      const untrue = untrueSizes(size);
      try {
        await assert.rejects(upload(), { code: 'wrong-size', subject: 'a.bin' }, String(size));
      } finally {
        untrue.restore();
      }
      assert.deepEqual([bucket.keys, bucket.openUploads], [[], []]);
    }
  });

  it('stores nothing of a file that keeps changing', async () => {
    writeFileSync(file, 'one');
    let changes = 0;
    const changing = upload({
      semaphore: whenTaken(() => {
        writeFileSync(file, `state ${String(changes++)}`);
      }),
    });
    await assert.rejects(changing, { code: 'file-changing', subject: 'a.bin' });
    assert.deepEqual(bucket.keys, []);
    assert.deepEqual(operations(), []);
    assert.equal(changes, 3);
  });

  for (const [change, make] of [
    [
      'is written to',
      () => {
        writeLarge(2 * part + 7);
      },
    ],
    [
      'grows',
      () => {
        truncateSync(file, 3 * part);
      },
    ],
    [
      'shrinks to two parts',
      () => {
        truncateSync(file, part + 1);
      },
    ],
    [
      'shrinks to one piece',
      () => {
        truncateSync(file, 100);
      },
    ],
    [
      'is replaced',
      () => {
        writeFileSync(`${file}.new`, Buffer.alloc(2 * part + 1, 'n'));
        renameSync(`${file}.new`, file);
      },
    ],
  ] as const) {
    it(`sends a large file again that ${change} on the way`, async () => {
      writeLarge(2 * part + 1);
      let calls = 0;
      let told = 0;
      await upload({
        bucket: whenCalled(operation => {
          if (operation === 'putPart' && ++calls === 2) make();
        }),
        onBytes: bytes => (told += bytes),
      });
      assert.ok(bucket.bytes('w/a.bin')?.equals(readFileSync(file)));
      assert.deepEqual(bucket.openUploads, []);
      assert.equal(told, readFileSync(file).byteLength);
    });
  }

  it('gives up a large file that keeps changing, and frees its parts', async () => {
    writeLarge(part + 1);
    let changes = 0;
    let told = 0;
    const changing = upload({
      bucket: whenCalled(operation => {
        if (operation === 'putPart') utimesSync(file, ++changes, changes);
      }),
      onBytes: bytes => (told += bytes),
    });
    await assert.rejects(changing, { code: 'file-changing' });
    assert.deepEqual(bucket.openUploads, []);
    assert.deepEqual(bucket.keys, []);
    assert.equal(told, 0);
    assert.equal(operations().filter(operation => operation === 'abortMultipart').length, 3);
  });

  it('only ever stores one state of a file, whenever it is written to', async function () {
    this.timeout(120_000);
    const size = part + mebibyte;
    await assertProperty(
      fc.asyncProperty(fc.uniqueArray(fc.nat(8), { maxLength: 5 }), async moments => {
        const torn = memoryBucket();
        bucket = torn;
        writeFileSync(file, Buffer.alloc(size, 'a'));
        let state = 0;
        let moment = 0;
        // Every other moment completes what the one before it has begun.
        const happen = () => {
          if (!moments.includes(moment++)) return;
          const handle = openSync(file, 'r+');
          const half = Buffer.alloc(size / 2, 'b'.charCodeAt(0) + (state >> 1));
          writeSync(handle, half, 0, half.length, state % 2 === 0 ? 0 : half.length);
          closeSync(handle);
          state++;
        };
        const states = new Set<string>();
        const remember = () => states.add(digest(readFileSync(file)));
        remember();
        try {
          await upload({
            bucket: whenCalled(() => {
              happen();
              remember();
            }),
            semaphore: whenTaken(() => {
              happen();
              remember();
            }),
          });
          assert.ok(states.has(digest(torn.bytes('w/a.bin') ?? Buffer.of())));
        } catch (error) {
          assert.ok(error instanceof Failure, String(error));
          assert.equal(error.code, 'file-changing');
          assert.deepEqual(torn.keys, []);
        }
        assert.deepEqual(torn.openUploads, []);
      }),
      { numRuns: 12 },
    );
  });

  it('keeps the bytes in flight within the budget', async () => {
    const limit = 18 * mebibyte;
    const shared = new Semaphore({ places: 48, bytes: limit });
    let inFlight = 0;
    let most = 0;
    const counting: Bucket = {
      ...bucket,
      clockOffsetMs: 0,
      async put(request) {
        return counted(request.body.byteLength, () => bucket.put(request));
      },
      async putPart(request) {
        return counted(request.body.byteLength, () => bucket.putPart(request));
      },
    };
    async function counted<T>(bytes: number, send: () => Promise<T>): Promise<T> {
      inFlight += bytes;
      most = Math.max(most, inFlight);
      try {
        return await send();
      } finally {
        inFlight -= bytes;
      }
    }
    writeLarge(5 * part);
    for (let n = 0; n < 12; n++) writeFileSync(join(root, String(n)), Buffer.alloc(2 * mebibyte));
    const small = Array.from({ length: 12 }, (_, n) =>
      upload({ bucket: counting, semaphore: shared, path: String(n) as FilePath }),
    );
    await Promise.all([upload({ bucket: counting, semaphore: shared }), ...small]);
    assert.ok(most <= limit && most > part, String(most));
    const whole = await shared.acquire(limit, new AbortController().signal);
    whole();
  });

  it('stops where it is cancelled, and leaves at most what can be gone on with', async () => {
    writeLarge(3 * part);
    for (const operation of ['startMultipart', 'putPart', 'completeMultipart'] as const) {
      const hold = bucket.holdNext(operation);
      const controller = new AbortController();
      const uploading = upload({ signal: controller.signal });
      await hold.reached;
      controller.abort();
      await assert.rejects(uploading, { code: 'cancelled' });
      const kept = operation === 'startMultipart' ? 0 : 1;
      assert.equal(bucket.openUploads.length, kept, operation);
      assert.equal(uploads.of('a.bin' as FilePath).length, kept, operation);
    }
    assert.deepEqual(bucket.keys, []);
    await assert.rejects(upload({ signal: AbortSignal.abort() }), { code: 'cancelled' });
  });

  it('returns what it took of the budget, however it ends', async () => {
    const shared = new Semaphore({ places: 2, bytes: part });
    writeLarge(2 * part);
    const controller = new AbortController();
    const hold = bucket.holdNext('putPart');
    const uploading = upload({ semaphore: shared, signal: controller.signal });
    await hold.reached;
    controller.abort();
    await assert.rejects(uploading, { code: 'cancelled' });
    bucket.failNext('putPart', new Failure('store-error', 'x'));
    await assert.rejects(upload({ semaphore: shared }), { code: 'store-error' });
    writeFileSync(file, 'small');
    bucket.failNext('put', new Failure('store-error', 'x'));
    await assert.rejects(upload({ semaphore: shared }), { code: 'store-error' });
    const whole = await shared.acquire(part, new AbortController().signal);
    whole();
  });

  it('says why a part failed, even where the parts cannot be freed', async () => {
    writeLarge(2 * part);
    bucket.failNext('putPart', new Failure('access-denied', 'w/a.bin'));
    bucket.failNext('abortMultipart', new Failure('unreachable', 'memory'));
    await assert.rejects(upload(), { code: 'access-denied' });
    assert.deepEqual(bucket.keys, []);
  });

  it('sends no link, pipe or folder that took the file’s place', async function () {
    if (process.platform === 'win32') this.skip();
    writeFileSync(join(root, 'secret'), 's');
    symlinkSync('secret', join(root, 'link'));
    mkdirSync(join(root, 'folder'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    for (const name of ['link', 'folder', 'pipe']) {
      await assert.rejects(upload({ path: name as FilePath }), { code: 'not-a-file' }, name);
    }
    await assert.rejects(upload({ path: 'gone' as FilePath }), { code: 'file-vanished' });
    assert.deepEqual(bucket.calls, []);
  });
});

function digest(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex');
}
