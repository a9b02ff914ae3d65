import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';

import { Semaphore } from '../../../src/engine/concurrency/semaphore';
import type { Bucket, GetRequest } from '../../../src/engine/ports/bucket';
import { Failure } from '../../../src/engine/failures/failure';
import { download, type DownloadRequest } from '../../../src/engine/store/download';
import { TransferControl } from '../../../src/engine/network/transferControl';
import { assertProperty } from '../../support/suite/assertProperty';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';

const mebibyte = 1 << 20;
const range = 8 * mebibyte;

describe('download', function () {
  this.timeout(120_000);
  let bucket: MemoryBucket;
  beforeEach(() => {
    bucket = memoryBucket();
  });

  function request(size: number, changed: Partial<DownloadRequest> = {}): DownloadRequest {
    return {
      bucket,
      key: 'o',
      versionId: undefined,
      etag: md5(bucket.bytes('o') ?? Buffer.alloc(0)),
      size,
      semaphore: new Semaphore({ places: 48, bytes: 64 * mebibyte }),
      traffic: new TransferControl(),
      signal: new AbortController().signal,
      onBytes: () => undefined,
      ...changed,
    };
  }

  /** The bytes as they are handed over, and what was told of them. */
  async function fetched(changed: Partial<DownloadRequest>, size: number) {
    const pieces: Buffer[] = [];
    let told = 0;
    const onBytes = (bytes: number) => {
      told += bytes;
    };
    let begun = 0;
    await download(request(size, { onBytes, ...changed }), {
      begin(head) {
        assert.deepEqual([head.size, begun++, pieces.length], [size, 0, 0]);
      },
      write(bytes) {
        // A copy, since nobody may keep what is handed over.
        pieces.push(Buffer.from(bytes));
      },
    });
    assert.equal(begun, 1);
    return { bytes: Buffer.concat(pieces), told };
  }

  it('hands all bytes over in their order, whatever the size and however slow some ranges are', async () => {
    const sizes = fc.oneof(
      fc.nat(3),
      fc.integer({ min: -2, max: 2 }).map(off => range + off),
      fc.integer({ min: 2 * range - 2, max: 6 * range + 2 }),
    );
    await assertProperty(
      fc.asyncProperty(sizes, fc.array(fc.nat(6), { maxLength: 3 }), async (size, late) => {
        bucket = memoryBucket();
        const body = patterned(size);
        bucket.place('o', body);
        const holds = late.map(after => bucket.holdNext('get', { after }));
        const running = fetched({}, size);
        for (const hold of holds.reverse()) {
          void hold.reached.then(() => {
            hold.release();
          });
        }
        const { bytes, told } = await running;
        assert.ok(bytes.equals(body));
        assert.equal(told, size);
      }),
      { numRuns: 12 },
    );
  });

  it('asks for ranges of one object, and small ones at once', async () => {
    const asked: GetRequest[] = [];
    const watched: Bucket = {
      ...bucket,
      get: get => {
        asked.push(get);
        return bucket.get(get);
      },
    };
    const body = patterned(2 * range + 1);
    bucket.place('o', body);
    await fetched({ bucket: watched }, body.length);
    assert.deepEqual(
      asked.map(get => get.range),
      [
        { start: 0, end: range },
        { start: range, end: 2 * range },
        { start: 2 * range, end: 2 * range + 1 },
      ],
    );
    assert.ok(asked.every(({ ifMatch }) => ifMatch === md5(body)));
  });

  it('gives memory to read into, which it does not copy, unless a limit is set', async () => {
    const given: (number | undefined)[] = [];
    const inPlace: Bucket = {
      ...bucket,
      async get(get) {
        given.push(get.into?.byteLength);
        const { head, body } = await bucket.get(get);
        const { into } = get;
        return { head, body: into === undefined ? body : placedIn(into, body) };
      },
    };
    const body = patterned(range + 3);
    bucket.place('o', body);
    const traffic = new TransferControl();
    assert.ok((await fetched({ bucket: inPlace, traffic }, body.length)).bytes.equals(body));
    traffic.setLimit(1 << 30);
    assert.ok((await fetched({ bucket: inPlace, traffic }, body.length)).bytes.equals(body));
    assert.deepEqual(given, [range, 3, undefined, undefined]);
  });

  it('waits for no range before it hands over the next, but for all in the end', async () => {
    const body = patterned(3 * range);
    bucket.place('o', body);
    const taken: (() => void)[] = [];
    const running = download(request(body.length), {
      begin: () => undefined,
      write: () =>
        new Promise(resolve => {
          taken.push(resolve);
          if (taken.length === 3) for (const take of taken.reverse()) take();
        }),
    });
    await running;
    assert.equal(taken.length, 3);
  });

  it('mixes nothing of another object in', async () => {
    const body = patterned(3 * range);
    bucket.place('o', body);
    const hold = bucket.holdNext('get', { after: 1 });
    const running = fetched({}, body.length);
    await hold.reached;
    bucket.place('o', Buffer.alloc(3 * range, 1));
    hold.release();
    await assert.rejects(running, { code: 'changed-in-cloud' });
  });

  it('mixes nothing of another object in where the store heeds no condition', async () => {
    bucket.place('o', 'other');
    const careless: Bucket = { ...bucket, get: get => bucket.get({ ...get, ifMatch: undefined }) };
    const asked = request(5, { bucket: careless, etag: 'the one that was listed' });
    await assert.rejects(download(asked, { begin: () => undefined, write: () => undefined }), {
      code: 'changed-in-cloud',
    });
  });

  it('fails with what failed first, and takes back what it told', async () => {
    const body = patterned(5 * range);
    bucket.place('o', body);
    bucket.failNext('get', new Failure('access-denied', 'o'), { after: 2 });
    let told = 0;
    const onBytes = (bytes: number) => {
      told += bytes;
    };
    await assert.rejects(fetched({ onBytes }, body.length), { code: 'access-denied' });
    assert.ok(told >= 0 && told < body.length);
  });

  it('has no more in memory at a time than the budget lets it', async () => {
    const body = patterned(10 * range);
    bucket.place('o', body);
    const inner = new Semaphore({ places: 48, bytes: 2 * range });
    let taken = 0;
    let most = 0;
    const acquire = inner.acquire.bind(inner);
    inner.acquire = async (bytes, signal) => {
      const release = await acquire(bytes, signal);
      taken += bytes;
      most = Math.max(most, taken);
      return () => {
        taken -= bytes;
        release();
      };
    };
    const { bytes } = await fetched({ semaphore: inner }, body.length);
    assert.ok(bytes.equals(body));
    assert.deepEqual([most <= 2 * range, taken], [true, 0]);
  });

  it('rests while it is paused, and has every byte afterwards', async () => {
    const body = patterned(3 * range);
    bucket.place('o', body);
    const traffic = new TransferControl();
    const hold = bucket.holdNext('get', { after: 1 });
    const running = fetched({ traffic }, body.length);
    await hold.reached;
    traffic.pause();
    hold.release();
    await new Promise(resolve => setImmediate(resolve));
    traffic.resume();
    const { bytes, told } = await running;
    assert.ok(bytes.equals(body));
    assert.equal(told, body.length);
  });

  it('stops where it is cancelled', async () => {
    bucket.place('o', patterned(3 * range));
    const controller = new AbortController();
    const hold = bucket.holdNext('get', { after: 1 });
    const running = fetched({ signal: controller.signal }, 3 * range);
    await hold.reached;
    controller.abort();
    await assert.rejects(running, { code: 'cancelled' });
  });
});

/** Gives the pieces out as parts of the memory, which nobody may write to again. */
async function* placedIn(into: Uint8Array, body: AsyncIterable<Uint8Array>) {
  let filled = 0;
  for await (const piece of body) {
    into.set(piece, filled);
    const placed = into.subarray(filled, filled + piece.byteLength);
    filled += piece.byteLength;
    yield placed;
  }
}

function patterned(size: number): Buffer {
  const body = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4096) body.writeUInt32LE(at, at);
  return body;
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
