import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import type { FailureCode } from '../../src/protocol';
import type {
  Bucket,
  Condition,
  ListedObject,
  ListedPart,
  MultipartUpload,
  ObjectAttributes,
  ObjectVersion,
  StoredObject,
  StoredPart,
} from '../../src/engine/bucket';
import { crc32Of } from '../../src/engine/crc32';
import { Failure } from '../../src/engine/failure';
import { skipSuite } from '../support/skipSuite';

/** A store on which every promise of the `Bucket` port is tried. */
export interface ContractStore {
  readonly name: string;
  /** What it cannot do through no fault of the port, with the reason: skipped by name. */
  readonly lacks: Partial<Record<Capability, string>>;
  open(): Promise<OpenStore | StoreUnavailable>;
}

export interface OpenStore {
  readonly kind: 'open';
  /** A bucket to write to; every test keeps to names of its own. */
  readonly bucket: Bucket;
  /** One that keeps versions. */
  readonly versionedBucket?: Bucket;
  /** A bucket that does not exist. */
  readonly missingBucket?: Bucket;
  /** Ways to disturb requests under way, where the store is reached over a wire. */
  readonly disturb?: Disturb;
  close(): Promise<void>;
}

export interface StoreUnavailable {
  readonly kind: 'unavailable';
  readonly reason: string;
}

/** Lets the next request of that kind go wrong. */
export type Disturb = (
  write: 'list' | 'get' | 'put' | 'putPart' | 'completeMultipart',
  disturbance: 'lose-answer' | 'cut-answer' | 'stall' | 'damage-body' | 'busy' | 'refuse',
) => DisturbedWire;

export interface DisturbedWire {
  /** How many connections are open now. */
  openConnections(): number;
}

/** What not every store can do; named for what is skipped. */
export type Capability =
  /** Of several writers at once under one condition, one wins. */
  | 'atomicConditions'
  /** Refuses to complete an upload of another size than announced. */
  | 'checksMultipartSize'
  /** Takes CRC32s, keeps them and gives them back. */
  | 'checksums'
  /** Lists keys in an order, and pages without loss, whatever the case of their letters. */
  | 'mixedCasePaging'
  | 'missingBucket'
  | 'versions'
  /** Loses no versions between pages. */
  | 'pagesOfVersions'
  | 'listsParts'
  /** Refuses names longer than 1,024 bytes. */
  | 'nameLimit'
  | 'wire'
  /* kinds of names */
  | 'emptySegments'
  | 'dotSegments'
  | 'folderMarkers'
  | 'backslashes'
  | 'carriageReturns'
  | 'longSegments'
  | 'fileBesideFolder';

/** Defines the suite; the same for every store. */
export function describeBucketContract(store: ContractStore): void {
  describe(`Bucket contract: ${store.name}`, function () {
    this.timeout(60_000);
    let open: OpenStore | undefined;

    before(async function () {
      const opened = await store.open();
      if (opened.kind === 'unavailable') skipSuite(this, opened.reason);
      open = opened;
    });
    after(async () => {
      await open?.close();
    });

    const opened = (): OpenStore => {
      assert.ok(open);
      return open;
    };
    const harness: Harness = {
      bucket: () => opened().bucket,
      opened,
      itWhere(capability, title, test) {
        const reason = store.lacks[capability];
        if (reason === undefined) it(title, test);
        else it.skip(`${title} (${reason})`);
      },
    };
    describeContent(harness);
    describeNames(harness);
    describeLists(harness);
    describeRanges(harness);
    describeVersions(harness);
    describeConditions(harness);
    describeMultipart(harness);
    describeFailures(harness);
    describeCancelling(harness);
    describeWire(harness);
  });
}

interface Harness {
  readonly bucket: () => Bucket;
  readonly opened: () => OpenStore;
  readonly itWhere: (capability: Capability, title: string, test: () => Promise<void>) => void;
}

function describeContent({ bucket, itWhere }: Harness): void {
  describe('content', () => {
    for (const size of [0, 1, 1024 * 1024 - 1, partSize]) {
      it(`gives back the ${String(size)} bytes that were put`, async () => {
        const key = newKey();
        const body = randomBytes(size);
        const stored = await put(bucket(), key, body);
        assert.equal(stored.etag.includes('"'), false);
        assert.deepEqual(await read(bucket(), key), body);
        const head = await bucket().head({ key, signal: patience() });
        assert.equal(head?.size, size);
        assert.equal(head.etag, stored.etag);
        const [listed] = await listAll(bucket(), key);
        assert.equal(listed?.size, size);
        assert.equal(listed.etag, stored.etag);
      });
    }

    itWhere('checksums', 'tells the CRC32 of what it has stored, however it came', async () => {
      const body = randomBytes(1_000);
      const key = newKey();
      const stored = await put(bucket(), key, body);
      assert.equal(stored.crc32, crc32Of(body));

      const multipart = newKey();
      const bodies = [randomBytes(partSize), randomBytes(partSize), randomBytes(9)];
      const upload = await startMultipart(bucket(), multipart);
      assert.equal(upload.takesCrc32, true);
      const parts = await Promise.all(
        bodies.map((each, index) => putPart(bucket(), upload, index + 1, each)),
      );
      const whole = Buffer.concat(bodies);
      const completed = await complete(bucket(), upload, parts, whole.length);
      assert.equal(completed.crc32, crc32Of(whole));

      for (const [at, bytes] of [
        [key, body],
        [multipart, whole],
      ] as const) {
        const head = await bucket().head({ key: at, signal: patience() });
        assert.deepEqual(head?.checksums, [
          { algorithm: 'crc32', type: 'full-object', value: crc32Of(bytes) },
        ]);
      }
    });

    it('stores what the buffer held, not what lies beside it', async () => {
      const key = newKey();
      const whole = randomBytes(3_000);
      await put(bucket(), key, whole.subarray(1_000, 2_000));
      assert.deepEqual(await read(bucket(), key), whole.subarray(1_000, 2_000));
    });

    it('keeps the content type and the metadata', async () => {
      const key = newKey();
      const attributes = {
        contentType: 'text/markdown; charset=utf-8',
        metadata: { mtime: '1700000000.123456789', mode: '100644' },
      };
      await put(bucket(), key, Buffer.from('# Title'), { attributes });
      const head = await bucket().head({ key, signal: patience() });
      assert.equal(head?.contentType, attributes.contentType);
      assert.deepEqual(head.metadata, attributes.metadata);
      const { head: gotten, body } = await bucket().get({ key, signal: patience() });
      assert.equal((await collect(body)).toString(), '# Title');
      assert.equal(gotten.contentType, attributes.contentType);
      assert.deepEqual(gotten.metadata, attributes.metadata);
      assert.equal(gotten.etag, head.etag);
      assert.equal(gotten.size, head.size);
      assert.equal(gotten.modifiedAt, head.modifiedAt);
    });

    it('keeps an empty set of metadata empty', async () => {
      const key = newKey();
      await put(bucket(), key, Buffer.from('x'));
      assert.deepEqual((await bucket().head({ key, signal: patience() }))?.metadata, {});
    });

    it('says when an object was stored, by the clock of the store', async () => {
      const key = newKey();
      const before = Date.now();
      await put(bucket(), key, Buffer.from('x'));
      const after = Date.now();
      const offset = bucket().clockOffset;
      const head = await bucket().head({ key, signal: patience() });
      const [listed] = await listAll(bucket(), key);
      assert.ok(head && listed);
      for (const { modifiedAt } of [head, listed]) {
        const local = modifiedAt - offset;
        assert.ok(
          local > before - 3_000 && local < after + 3_000,
          `${String(modifiedAt)}, offset ${String(offset)}, between ${String(before)} and ${String(after)}`,
        );
      }
    });

    it('says whether overwritten objects are kept', async () => {
      const versioning = await bucket().versioning(patience());
      assert.ok(['enabled', 'suspended', 'off', 'unknown'].includes(versioning), versioning);
    });
  });
}

function describeRanges({ bucket }: Harness): void {
  describe('ranges', () => {
    it('equal the slices of the whole', async () => {
      const key = newKey();
      const whole = randomBytes(100_000);
      const { etag } = await put(bucket(), key, whole);
      const edges = [0, 1, 4_095, 65_536, 99_998, 99_999, 100_000];
      for (const start of edges) {
        for (const end of edges.filter(edge => edge > start)) {
          const { head, body } = await bucket().get({
            key,
            ifMatch: etag,
            range: { start, end },
            signal: patience(),
          });
          const bytes = await collect(body);
          assert.ok(bytes.equals(whole.subarray(start, end)), `${String(start)}–${String(end)}`);
          assert.equal(head.size, whole.length);
          assert.deepEqual(head.checksums, []);
        }
      }
    });

    it('are given only of the object that was seen', async () => {
      const key = newKey();
      await put(bucket(), key, Buffer.from('changed'));
      const range = { start: 0, end: 3 };
      await assertFails(
        'changed-in-cloud',
        bucket().get({ key, ifMatch: someEtag, range, signal: patience() }),
      );
      const beyond = { start: 7, end: 9 };
      await assertFails(
        'changed-in-cloud',
        bucket().get({ key, range: beyond, signal: patience() }),
      );
    });
  });
}

function describeVersions({ opened, itWhere }: Harness): void {
  const versioned = (): Bucket => {
    const { versionedBucket } = opened();
    assert.ok(versionedBucket);
    return versionedBucket;
  };

  describe('versions', () => {
    itWhere('versions', 'are kept when an object is replaced, newest first', async () => {
      const key = newKey();
      const stored = await putVersions(versioned(), key, 3);
      await put(versioned(), `${key}/below`, Buffer.from('another'));
      await put(versioned(), `${key}-2`, Buffer.from('another'));
      const versions = await listVersions(versioned(), key);
      assert.deepEqual(
        versions.map(({ kind, versionId, etag, size, isLatest }) => ({
          kind,
          versionId,
          etag,
          size,
          isLatest,
        })),
        [...stored].reverse().map(({ versionId, etag }, index) => ({
          kind: 'version',
          versionId,
          etag,
          size: 9,
          isLatest: index === 0,
        })),
      );
    });

    for (const [capability, among, others] of [
      ['versions', '', []],
      ['pagesOfVersions', ', among those of longer names', ['-2', '/below']],
    ] as const) {
      itWhere(capability, `come in pages, each once${among}`, async () => {
        const key = newKey();
        const stored = await putVersions(versioned(), key, 5);
        for (const other of others) await putVersions(versioned(), key + other, 2);
        for (const pageSize of [1, 2, 5]) {
          const versions = await listVersions(versioned(), key, pageSize);
          assert.deepEqual(
            versions.map(({ versionId }) => versionId),
            stored.map(({ versionId }) => versionId).reverse(),
          );
        }
      });
    }

    itWhere('versions', 'are read, whole and in part, as they were', async () => {
      const key = newKey();
      const stored = await putVersions(versioned(), key, 2);
      for (const [index, { versionId, etag }] of stored.entries()) {
        const head = await versioned().head({ key, versionId, signal: patience() });
        assert.equal(head?.etag, etag);
        assert.equal(head.versionId, versionId);
        const request = { key, versionId, signal: patience() };
        const { body } = await versioned().get(request);
        assert.equal((await collect(body)).toString(), `version ${String(index)}`);
        const part = await versioned().get({ ...request, range: { start: 8, end: 9 } });
        assert.equal((await collect(part.body)).toString(), String(index));
      }
    });

    itWhere('versions', 'that there are none of are not found', async () => {
      const key = newKey();
      assert.deepEqual(await listVersions(versioned(), key), []);
      const [stored] = await putVersions(versioned(), newKey(), 1);
      const versionId = stored?.versionId;
      assert.ok(versionId !== undefined);
      assert.equal(await versioned().head({ key, versionId, signal: patience() }), undefined);
    });
  });
}

function describeNames({ bucket, itWhere }: Harness): void {
  describe('names', () => {
    for (const [what, name] of Object.entries(ordinaryNames)) {
      it(`keeps ${what}`, () => roundTrip(bucket(), `${newPrefix()}${name}`));
    }
    for (const { capability, what, key } of specialNames) {
      itWhere(capability, `keeps ${what}`, () => roundTrip(bucket(), key(newPrefix())));
    }

    it('tells apart names that only look the same', async () => {
      const prefix = newPrefix();
      const names = [
        'caf\u00e9',
        'cafe\u0301',
        'CAFE',
        'cafe',
        'a b',
        'a+b',
        'a%20b',
        'a%2Bb',
        'ａ',
      ];
      for (const name of names) await put(bucket(), prefix + name, Buffer.from(name));
      const keys = (await listAll(bucket(), prefix)).map(({ key }) => key);
      assert.deepEqual(keys.sort(), names.map(name => prefix + name).sort());
      for (const name of names) {
        assert.equal((await read(bucket(), prefix + name)).toString(), name);
      }
    });

    itWhere('fileBesideFolder', 'keeps a file and a folder of one name', async () => {
      const prefix = newPrefix();
      const names = ['name', 'name/below', 'name.txt', 'name0'];
      for (const name of names) await put(bucket(), prefix + name, Buffer.from(name));
      const keys = (await listAll(bucket(), prefix)).map(({ key }) => key);
      assert.deepEqual(keys.sort(), names.map(name => prefix + name).sort());
      for (const name of names) {
        assert.equal((await read(bucket(), prefix + name)).toString(), name);
      }
    });

    itWhere('nameLimit', 'refuses a name longer than 1,024 bytes', async () => {
      // In segments that are short: it is the whole that is too long.
      const key = `${newPrefix()}${'0123456789abcde/'.repeat(70)}end`;
      await assertFails('key-too-long', put(bucket(), key, Buffer.from('x')));
    });
  });
}

function describeLists({ bucket, itWhere }: Harness): void {
  describe('list', () => {
    it('is empty where nothing begins with the prefix', async () => {
      assert.deepEqual(await listAll(bucket(), newPrefix()), []);
    });

    it('holds what begins with the prefix, and nothing else', async () => {
      const prefix = newPrefix();
      for (const name of ['in/a', 'in/b/c', 'inner', 'out']) {
        await put(bucket(), prefix + name, Buffer.from(name));
      }
      const keys = async (start: string): Promise<string[]> =>
        (await listAll(bucket(), prefix + start)).map(({ key }) => key.slice(prefix.length)).sort();
      assert.deepEqual(await keys('in/'), ['in/a', 'in/b/c']);
      assert.deepEqual(await keys('in'), ['in/a', 'in/b/c', 'inner']);
    });

    it('takes a prefix as it is, with spaces and signs', async () => {
      const prefix = `${newPrefix()}my +%20 & ü folder/`;
      await put(bucket(), `${prefix}a`, Buffer.from('a'));
      const [listed] = await listAll(bucket(), prefix);
      assert.equal(listed?.key, `${prefix}a`);
    });

    for (const count of [6, 7]) {
      it(`gives each of ${String(count)} objects once in pages of 3`, async () => {
        const prefix = newPrefix();
        const keys = Array.from({ length: count }, (_, index) => `${prefix}file ${String(index)}`);
        for (const key of keys) await put(bucket(), key, Buffer.from(key));
        const pages = await listPages(bucket(), prefix, 3);
        assert.ok(pages.every(page => page.length <= 3));
        assert.deepEqual(
          pages.flat().map(({ key }) => key),
          keys,
        );
      });
    }

    itWhere('mixedCasePaging', 'loses none whose names sort differently elsewhere', async () => {
      const prefix = newPrefix();
      const names = ['B', 'a', 'C', 'b', 'a.txt', 'a0', 'Z/z', 'z', '\uff5e', '😀', 'é', '_', '-'];
      for (const name of names) await put(bucket(), prefix + name, Buffer.from(name));
      for (const pageSize of [1, 2, 5]) {
        const keys = (await listPages(bucket(), prefix, pageSize)).flat().map(({ key }) => key);
        assert.deepEqual(keys.sort(), names.map(name => prefix + name).sort());
      }
    });

    it('goes past the page size of the store', async () => {
      const prefix = newPrefix();
      const keys = Array.from(
        { length: 1_005 },
        (_, index) => `${prefix}${String(index % 3)}/${String(index).padStart(4, '0')}`,
      );
      await inParallel(16, keys, key => put(bucket(), key, Buffer.from('x')));
      const pages = await listPages(bucket(), prefix);
      assert.ok(pages.length > 1);
      assert.deepEqual(
        pages.flat().map(({ key }) => key),
        keys.sort(),
      );
    });

    it('can be left before its end', async () => {
      const prefix = newPrefix();
      for (const name of ['a', 'b', 'c']) await put(bucket(), prefix + name, Buffer.from(name));
      for await (const page of bucket().list({ prefix, pageSize: 1, signal: patience() })) {
        assert.equal(page[0]?.key, `${prefix}a`);
        break;
      }
      assert.equal((await listAll(bucket(), prefix)).length, 3);
    });
  });
}

function describeConditions({ bucket, itWhere }: Harness): void {
  describe('conditions', () => {
    it('does not write where "absent" finds an object', async () => {
      const key = newKey();
      await put(bucket(), key, Buffer.from('theirs'));
      await assertFails('changed-in-cloud', put(bucket(), key, Buffer.from('ours')));
      assert.equal((await read(bucket(), key)).toString(), 'theirs');
    });

    it('replaces the object that was seen', async () => {
      const key = newKey();
      const { etag } = await put(bucket(), key, Buffer.from('before'));
      const stored = await put(bucket(), key, Buffer.from('after'), { condition: unchanged(etag) });
      assert.equal((await read(bucket(), key)).toString(), 'after');
      assert.notEqual(stored.etag, etag);
      assert.equal((await bucket().head({ key, signal: patience() }))?.etag, stored.etag);
    });

    it('does not replace an object that has changed since it was seen', async () => {
      const key = newKey();
      const { etag } = await put(bucket(), key, Buffer.from('seen'));
      await put(bucket(), key, Buffer.from('theirs'), { condition: unchanged(etag) });
      await assertFails(
        'changed-in-cloud',
        put(bucket(), key, Buffer.from('ours'), { condition: unchanged(etag) }),
      );
      assert.equal((await read(bucket(), key)).toString(), 'theirs');
    });

    it('does not write where the object that was seen is gone', async () => {
      const key = newKey();
      await assertFails(
        'changed-in-cloud',
        put(bucket(), key, Buffer.from('ours'), { condition: unchanged(someEtag) }),
      );
      assert.equal(await bucket().head({ key, signal: patience() }), undefined);
    });

    itWhere('atomicConditions', 'lets one of several writers win', async () => {
      const key = newKey();
      const bodies = Array.from({ length: 8 }, (_, index) =>
        Buffer.from(`writer ${String(index)}`),
      );
      const results = await Promise.allSettled(bodies.map(body => put(bucket(), key, body)));
      const winners = bodies.filter((_, index) => results[index]?.status === 'fulfilled');
      assert.equal(winners.length, 1);
      assert.deepEqual(await read(bucket(), key), winners[0]);
      for (const result of results) {
        if (result.status === 'rejected') assertFailure('changed-in-cloud', result.reason);
      }
    });

    it('reads the object only as it was seen', async () => {
      const key = newKey();
      const { etag } = await put(bucket(), key, Buffer.from('seen'));
      const { body } = await bucket().get({ key, ifMatch: etag, signal: patience() });
      assert.equal((await collect(body)).toString(), 'seen');
      await assertFails(
        'changed-in-cloud',
        bucket().get({ key, ifMatch: someEtag, signal: patience() }),
      );
    });
  });
}

function describeMultipart({ bucket, itWhere }: Harness): void {
  describe('multipart uploads', () => {
    it('make one object of several parts, sent in any order', async () => {
      const key = newKey();
      const bodies = [randomBytes(partSize), randomBytes(partSize), randomBytes(1_234)];
      const attributes = {
        contentType: 'application/zip',
        metadata: { mtime: '1700000000.5', mode: '100755' },
      };
      const upload = await startMultipart(bucket(), key, attributes);
      const parts = await Promise.all(
        bodies.map((body, index) => putPart(bucket(), upload, index + 1, body)).reverse(),
      );
      const whole = Buffer.concat(bodies);
      assert.equal(await bucket().head({ key, signal: patience() }), undefined);
      assert.deepEqual(await listAll(bucket(), key), []);
      const stored = await complete(bucket(), upload, parts.reverse(), whole.length);
      assert.deepEqual(await read(bucket(), key), whole);
      const head = await bucket().head({ key, signal: patience() });
      assert.equal(head?.size, whole.length);
      assert.equal(head.etag, stored.etag);
      assert.equal(head.contentType, attributes.contentType);
      assert.deepEqual(head.metadata, attributes.metadata);
      const [listed] = await listAll(bucket(), key);
      assert.equal(listed?.etag, stored.etag);
      assert.equal(listed.size, whole.length);
    });

    it('may have a single part', async () => {
      const key = newKey();
      const body = randomBytes(10);
      const upload = await startMultipart(bucket(), key);
      const part = await putPart(bucket(), upload, 1, body);
      await complete(bucket(), upload, [part], body.length);
      assert.deepEqual(await read(bucket(), key), body);
    });

    it('count a part that was sent twice once, with the later bytes', async () => {
      const key = newKey();
      const later = randomBytes(partSize);
      const last = Buffer.from('last');
      const upload = await startMultipart(bucket(), key);
      await putPart(bucket(), upload, 1, randomBytes(partSize));
      const first = await putPart(bucket(), upload, 1, later);
      const second = await putPart(bucket(), upload, 2, last);
      await complete(bucket(), upload, [first, second], later.length + last.length);
      assert.deepEqual(await read(bucket(), key), Buffer.concat([later, last]));
    });

    it('do not stand in each other’s way', async () => {
      const key = newKey();
      const [one, two] = [await startMultipart(bucket(), key), await startMultipart(bucket(), key)];
      assert.notEqual(one.uploadId, two.uploadId);
      const part = await putPart(bucket(), one, 1, Buffer.from('one'));
      await putPart(bucket(), two, 1, Buffer.from('two'));
      await bucket().abortMultipart(two, patience());
      await complete(bucket(), one, [part], 3);
      assert.equal((await read(bucket(), key)).toString(), 'one');
    });

    it('are not completed over an object that should be absent', async () => {
      const key = newKey();
      const upload = await startMultipart(bucket(), key);
      const part = await putPart(bucket(), upload, 1, Buffer.from('ours'));
      await put(bucket(), key, Buffer.from('theirs'));
      await assertFails('changed-in-cloud', complete(bucket(), upload, [part], 4));
      assert.equal((await read(bucket(), key)).toString(), 'theirs');
      await bucket().abortMultipart(upload, patience());
    });

    it('replace the object that was seen, and no other', async () => {
      const key = newKey();
      const { etag } = await put(bucket(), key, Buffer.from('before'));
      const upload = await startMultipart(bucket(), key);
      const part = await putPart(bucket(), upload, 1, Buffer.from('after'));
      await assertFails(
        'changed-in-cloud',
        complete(bucket(), upload, [part], 5, unchanged(someEtag)),
      );
      assert.equal((await read(bucket(), key)).toString(), 'before');
      const again = await startMultipart(bucket(), key);
      const partAgain = await putPart(bucket(), again, 1, Buffer.from('after'));
      await complete(bucket(), again, [partAgain], 5, unchanged(etag));
      assert.equal((await read(bucket(), key)).toString(), 'after');
      await bucket().abortMultipart(upload, patience());
    });

    itWhere('listsParts', 'list the parts that have arrived, and nobody else’s', async () => {
      const key = newKey();
      const bodies = [randomBytes(partSize), randomBytes(partSize), randomBytes(77)];
      const upload = await startMultipart(bucket(), key);
      const other = await startMultipart(bucket(), key);
      await putPart(bucket(), other, 4, randomBytes(5));
      assert.deepEqual(await listParts(bucket(), upload), []);
      const sent: StoredPart[] = [];
      for (const partNumber of [3, 1, 2]) {
        sent.push(await putPart(bucket(), upload, partNumber, bodies[partNumber - 1]!));
      }
      const parts = await listParts(bucket(), upload);
      assert.deepEqual(
        parts.map(({ partNumber, size }) => ({ partNumber, size })),
        bodies.map((body, index) => ({ partNumber: index + 1, size: body.length })),
      );
      for (const { partNumber, etag } of parts) {
        assert.equal(etag, sent.find(part => part.partNumber === partNumber)?.etag);
      }
      await bucket().abortMultipart(upload, patience());
      await bucket().abortMultipart(other, patience());
      await assertFails('no-such-upload', listParts(bucket(), upload));
    });

    it('are gone when they are given up', async () => {
      const key = newKey();
      const upload = await startMultipart(bucket(), key);
      const part = await putPart(bucket(), upload, 1, Buffer.from('x'));
      await bucket().abortMultipart(upload, patience());
      await bucket().abortMultipart(upload, patience());
      await assertFails('no-such-upload', putPart(bucket(), upload, 2, Buffer.from('y')));
      await assertFails('no-such-upload', complete(bucket(), upload, [part], 1));
      assert.equal(await bucket().head({ key, signal: patience() }), undefined);
    });

    itWhere('checksMultipartSize', 'are not completed with another size', async () => {
      const key = newKey();
      const upload = await startMultipart(bucket(), key);
      const part = await putPart(bucket(), upload, 1, Buffer.from('four'));
      await assert.rejects(complete(bucket(), upload, [part], 5), Failure);
      assert.equal(await bucket().head({ key, signal: patience() }), undefined);
      await bucket().abortMultipart(upload, patience());
    });

    it('are not completed with a part that is not there', async () => {
      const key = newKey();
      const upload = await startMultipart(bucket(), key);
      const part = await putPart(bucket(), upload, 1, Buffer.from('here'));
      const absent = { ...part, partNumber: 2, etag: someEtag };
      await assert.rejects(complete(bucket(), upload, [part, absent], 8), Failure);
      assert.equal(await bucket().head({ key, signal: patience() }), undefined);
      await bucket().abortMultipart(upload, patience());
    });
  });
}

function describeFailures({ bucket, opened, itWhere }: Harness): void {
  describe('failures', () => {
    it('finds no head where there is no object', async () => {
      assert.equal(await bucket().head({ key: newKey(), signal: patience() }), undefined);
    });

    it('names the key that is not there', async () => {
      const key = newKey();
      const failure = await assertFails('no-such-key', bucket().get({ key, signal: patience() }));
      assert.equal(failure.subject, key);
    });

    itWhere('missingBucket', 'names the bucket that is not there', async () => {
      const { missingBucket } = opened();
      assert.ok(missingBucket);
      const attempts = [
        listAll(missingBucket, ''),
        put(missingBucket, 'key', Buffer.from('x')),
        startMultipart(missingBucket, 'key'),
      ];
      for (const attempt of attempts) {
        const failure = await assertFails('no-such-bucket', attempt);
        assert.equal(failure.subject, missingBucket.name);
      }
    });
  });
}

function describeCancelling({ bucket }: Harness): void {
  describe('cancelling', () => {
    it('does nothing under a signal that is aborted already', async () => {
      const key = newKey();
      const signal = AbortSignal.abort();
      const upload = await startMultipart(bucket(), newKey());
      const attempts = [
        listAll(bucket(), key, signal),
        bucket().head({ key, signal }),
        bucket().get({ key, signal }),
        put(bucket(), key, Buffer.from('x'), { signal }),
        bucket().startMultipart({ key, attributes: plain, signal }),
        bucket().putPart({ upload, partNumber: 1, body: Buffer.from('x'), signal }),
        bucket().completeMultipart({ upload, parts: [], size: 0, condition: absent, signal }),
        bucket().abortMultipart(upload, signal),
        listParts(bucket(), upload, signal),
        listVersions(bucket(), key, undefined, signal),
        bucket().requestRestore({ key, days: 1, signal }),
        bucket().versioning(signal),
      ];
      for (const attempt of attempts) await assertFails('cancelled', attempt);
      assert.equal(await bucket().head({ key, signal: patience() }), undefined);
      // It would fail had the abort been carried out.
      await putPart(bucket(), upload, 1, Buffer.from('x'));
      await bucket().abortMultipart(upload, patience());
    });

    it('ends a body that is being read', async () => {
      const key = newKey();
      await put(bucket(), key, randomBytes(partSize));
      const controller = new AbortController();
      const { body } = await bucket().get({ key, signal: controller.signal });
      let received = 0;
      await assertFails(
        'cancelled',
        (async () => {
          for await (const chunk of body) {
            received += chunk.byteLength;
            controller.abort();
          }
        })(),
      );
      assert.ok(received > 0 && received < partSize, String(received));
    });

    it('ends a list between two pages', async () => {
      const prefix = newPrefix();
      for (const name of ['a', 'b']) await put(bucket(), prefix + name, Buffer.from(name));
      const controller = new AbortController();
      const { signal } = controller;
      await assertFails(
        'cancelled',
        (async () => {
          for await (const page of bucket().list({ prefix, pageSize: 1, signal })) {
            assert.equal(page.length, 1);
            controller.abort();
          }
        })(),
      );
    });
  });
}

function describeWire({ bucket, opened, itWhere }: Harness): void {
  const disturb: Disturb = (operation, disturbance) => {
    const { disturb: actual } = opened();
    assert.ok(actual);
    return actual(operation, disturbance);
  };

  describe('on a bad wire', () => {
    itWhere('wire', 'finds its own put again when the answer was lost', async () => {
      const key = newKey();
      disturb('put', 'lose-answer');
      const stored = await put(bucket(), key, Buffer.from('ours'));
      assert.equal((await bucket().head({ key, signal: patience() }))?.etag, stored.etag);
      assert.equal((await read(bucket(), key)).toString(), 'ours');

      disturb('put', 'lose-answer');
      const next = await put(bucket(), key, Buffer.from('next'), {
        condition: unchanged(stored.etag),
      });
      assert.equal((await bucket().head({ key, signal: patience() }))?.etag, next.etag);
      assert.equal((await read(bucket(), key)).toString(), 'next');
    });

    itWhere('wire', 'finds its own completion again when the answer was lost', async () => {
      const key = newKey();
      const bodies = [randomBytes(partSize), Buffer.from('end')];
      const upload = await startMultipart(bucket(), key);
      const parts: StoredPart[] = [];
      for (const [index, body] of bodies.entries()) {
        parts.push(await putPart(bucket(), upload, index + 1, body));
      }
      disturb('completeMultipart', 'lose-answer');
      const stored = await complete(bucket(), upload, parts, partSize + 3);
      assert.equal((await bucket().head({ key, signal: patience() }))?.etag, stored.etag);
      assert.deepEqual(await read(bucket(), key), Buffer.concat(bodies));
    });

    itWhere('wire', 'sends a part again when the answer was lost', async () => {
      const key = newKey();
      const upload = await startMultipart(bucket(), key);
      disturb('putPart', 'lose-answer');
      const part = await putPart(bucket(), upload, 1, Buffer.from('part'));
      await complete(bucket(), upload, [part], 4);
      assert.equal((await read(bucket(), key)).toString(), 'part');
    });

    itWhere('wire', 'asks again where the store is busy', async () => {
      const key = newKey();
      disturb('put', 'busy');
      await put(bucket(), key, Buffer.from('x'));
      disturb('list', 'busy');
      assert.equal((await listAll(bucket(), key)).length, 1);
      disturb('get', 'busy');
      assert.equal((await read(bucket(), key)).toString(), 'x');
    });

    itWhere('wire', 'reads on where a body broke off', async () => {
      const key = newKey();
      const whole = randomBytes(3_000_000);
      await put(bucket(), key, whole);
      disturb('get', 'cut-answer');
      disturb('get', 'busy');
      assert.ok((await read(bucket(), key)).equals(whole));
      const { body } = await bucket().get({
        key,
        range: { start: 10, end: 2_000_010 },
        signal: patience(),
      });
      disturb('get', 'cut-answer');
      assert.ok((await collect(body)).equals(whole.subarray(10, 2_000_010)));
    });

    itWhere('wire', 'does not mix two objects where a body broke off', async () => {
      const key = newKey();
      const { etag } = await put(bucket(), key, randomBytes(3_000_000));
      disturb('get', 'cut-answer');
      const { body } = await bucket().get({ key, signal: patience() });
      await put(bucket(), key, randomBytes(3_000_000), { condition: unchanged(etag) });
      await assertFails('changed-in-cloud', collect(body));
    });

    itWhere('wire', 'stores the right bytes where some were damaged', async () => {
      const key = newKey();
      disturb('put', 'damage-body');
      await put(bucket(), key, Buffer.from('right'));
      assert.equal((await read(bucket(), key)).toString(), 'right');

      const multipart = newKey();
      const upload = await startMultipart(bucket(), multipart);
      disturb('putPart', 'damage-body');
      const part = await putPart(bucket(), upload, 1, Buffer.from('right'));
      await complete(bucket(), upload, [part], 5);
      assert.equal((await read(bucket(), multipart)).toString(), 'right');
    });

    itWhere('wire', 'does not take a list for whole when a page fails', async () => {
      const prefix = newPrefix();
      for (const name of ['a', 'b', 'c']) await put(bucket(), prefix + name, Buffer.from(name));
      const seen: string[] = [];
      await assertFails(
        'access-denied',
        (async () => {
          for await (const page of bucket().list({ prefix, pageSize: 1, signal: patience() })) {
            seen.push(...page.map(({ key }) => key));
            if (seen.length === 2) disturb('list', 'refuse');
          }
        })(),
      );
      assert.deepEqual(seen, [`${prefix}a`, `${prefix}b`]);
    });

    for (const operation of ['list', 'get', 'put'] as const) {
      itWhere(
        'wire',
        `cancels a ${operation} that hangs, soon, and closes its socket`,
        async () => {
          const key = newKey();
          if (operation !== 'put') await put(bucket(), key, Buffer.from('x'));
          const wire = disturb(operation, 'stall');
          const before = wire.openConnections();
          const controller = new AbortController();
          const { signal } = controller;
          const attempts = {
            list: () => listAll(bucket(), key, signal),
            get: () => bucket().get({ key, signal }),
            put: () => put(bucket(), key, randomBytes(3_000_000), { signal }),
          };
          const attempt = attempts[operation]();
          setTimeout(() => {
            controller.abort();
          }, 100);
          const startedAt = Date.now();
          await assertFails('cancelled', attempt);
          assert.ok(Date.now() - startedAt < 1_000);
          await until(() => wire.openConnections() <= before);
          // The bucket is as good as before.
          assert.equal((await listAll(bucket(), key)).length, operation === 'put' ? 0 : 1);
        },
      );
    }
  });
}

const partSize = 5 * 1024 * 1024;
const someEtag = createHash('md5').update('nothing has these bytes').digest('hex');
const absent: Condition = { kind: 'absent' };
const plain: ObjectAttributes = { contentType: 'application/octet-stream', metadata: {} };

const ordinaryNames: Readonly<Record<string, string>> = {
  'a space': 'a b.txt',
  'spaces at both ends': ' a ',
  'a plus': 'a+b',
  'percent signs': 'a%b %25 %2F %zz',
  'signs of XML': '<a>&amp;"\'</a>',
  'signs of a URL': 'a?b=c&d#e;f:g@h',
  'signs that encoders leave alone or not': "!*'()~$,=[]{}^`|",
  'a line feed': 'a\nb',
  'a tab': 'a\tb',
  'control characters': 'a\u0001b\u001f\u007f',
  'an emoji': '😀 👩‍👩‍👧.txt',
  'a composed letter': 'caf\u00e9',
  'a decomposed letter': 'cafe\u0301',
  'letters of many scripts': 'Ω ж 漢字 한글 עברית.md',
  'the last characters of the basic plane': 'a\uff5e\ufffd',
  'a leading dot': '.hidden/.env',
  'a trailing dot': 'a.',
  'three dots': '.../a',
  'a name that means something on Windows': 'CON/nul.txt',
  'words of JavaScript': '__proto__/constructor',
  '1,000 bytes in folders': `${'0123456789abcdefghi/'.repeat(48)}0123`,
};

const specialNames: readonly {
  readonly capability: Capability;
  readonly what: string;
  readonly key: (prefix: string) => string;
}[] = [
  {
    capability: 'emptySegments',
    what: 'an empty segment',
    key: prefix => `${prefix}a//b`,
  },
  { capability: 'emptySegments', what: 'a leading slash', key: prefix => `/${prefix}a` },
  { capability: 'dotSegments', what: 'a segment of two dots', key: prefix => `${prefix}a/../b` },
  { capability: 'dotSegments', what: 'a segment of one dot', key: prefix => `${prefix}a/./b` },
  { capability: 'folderMarkers', what: 'a trailing slash', key: prefix => `${prefix}folder/` },
  { capability: 'backslashes', what: 'a backslash', key: prefix => `${prefix}a\\b` },
  { capability: 'carriageReturns', what: 'a carriage return', key: prefix => `${prefix}a\rb` },
  {
    capability: 'longSegments',
    what: 'a segment that fills 1,024 bytes',
    key: prefix => prefix.padEnd(1_024, 'x'),
  },
];

/** A prefix of which no other test knows. */
function newPrefix(): string {
  return `${randomUUID()}/`;
}

function newKey(): string {
  return `${newPrefix()}object`;
}

/** Lets a test that hangs fail with a cause. */
function patience(): AbortSignal {
  return AbortSignal.timeout(50_000);
}

function unchanged(etag: string): Condition {
  return { kind: 'unchanged', etag };
}

async function put(
  bucket: Bucket,
  key: string,
  body: Uint8Array,
  {
    condition = absent,
    attributes = plain,
    signal = patience(),
  }: { condition?: Condition; attributes?: ObjectAttributes; signal?: AbortSignal } = {},
): Promise<StoredObject> {
  return bucket.put({ key, body, condition, attributes, signal });
}

function startMultipart(
  bucket: Bucket,
  key: string,
  attributes: ObjectAttributes = plain,
): Promise<MultipartUpload> {
  return bucket.startMultipart({ key, attributes, signal: patience() });
}

function putPart(
  bucket: Bucket,
  upload: MultipartUpload,
  partNumber: number,
  body: Uint8Array,
): Promise<StoredPart> {
  return bucket.putPart({ upload, partNumber, body, signal: patience() });
}

function complete(
  bucket: Bucket,
  upload: MultipartUpload,
  parts: readonly StoredPart[],
  size: number,
  condition: Condition = absent,
): Promise<StoredObject> {
  return bucket.completeMultipart({ upload, parts, size, condition, signal: patience() });
}

async function read(bucket: Bucket, key: string): Promise<Buffer> {
  return collect((await bucket.get({ key, signal: patience() })).body);
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function listAll(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal = patience(),
): Promise<ListedObject[]> {
  const all: ListedObject[] = [];
  for await (const page of bucket.list({ prefix, signal })) all.push(...page);
  return all;
}

async function putVersions(bucket: Bucket, key: string, count: number): Promise<StoredObject[]> {
  const stored: StoredObject[] = [];
  for (let index = 0; index < count; index++) {
    const last = stored.at(-1);
    const condition = last === undefined ? absent : unchanged(last.etag);
    stored.push(await put(bucket, key, Buffer.from(`version ${String(index)}`), { condition }));
  }
  return stored;
}

async function listVersions(
  bucket: Bucket,
  key: string,
  pageSize?: number,
  signal: AbortSignal = patience(),
): Promise<ObjectVersion[]> {
  const all: ObjectVersion[] = [];
  const size = pageSize === undefined ? {} : { pageSize };
  for await (const page of bucket.listVersions({ key, ...size, signal })) {
    assert.ok(pageSize === undefined || page.length <= pageSize);
    all.push(...page);
  }
  return all;
}

async function listParts(
  bucket: Bucket,
  upload: MultipartUpload,
  signal: AbortSignal = patience(),
): Promise<ListedPart[]> {
  const all: ListedPart[] = [];
  for await (const page of bucket.listParts(upload, signal)) all.push(...page);
  return all;
}

async function listPages(
  bucket: Bucket,
  prefix: string,
  pageSize?: number,
): Promise<(readonly ListedObject[])[]> {
  const pages: (readonly ListedObject[])[] = [];
  const size = pageSize === undefined ? {} : { pageSize };
  for await (const page of bucket.list({ prefix, ...size, signal: patience() })) {
    if (page.length > 0) pages.push(page);
  }
  return pages;
}

async function roundTrip(bucket: Bucket, key: string): Promise<void> {
  const body = Buffer.from(key.endsWith('/') ? '' : key);
  const { etag } = await put(bucket, key, body);
  assert.deepEqual(await read(bucket, key), body);
  assert.equal((await bucket.head({ key, signal: patience() }))?.etag, etag);
  // Everything up to its last slash, as the engine lists it, and the whole.
  for (const prefix of [key.slice(0, key.lastIndexOf('/', key.length - 2) + 1), key]) {
    const found = (await listAll(bucket, prefix)).filter(listed => listed.key === key);
    assert.deepEqual(
      found.map(({ size }) => size),
      [body.length],
      JSON.stringify(prefix),
    );
  }
}

async function assertFails(code: FailureCode, attempt: Promise<unknown>): Promise<Failure> {
  try {
    await attempt;
  } catch (error) {
    return assertFailure(code, error);
  }
  return assert.fail(`it did not fail with ${code}`);
}

function assertFailure(code: FailureCode, thrown: unknown): Failure {
  if (!(thrown instanceof Failure)) throw thrown;
  assert.equal(thrown.code, code, JSON.stringify(thrown.toRecord()));
  return thrown;
}

async function inParallel<T>(
  lanes: number,
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 2_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, condition.toString());
    await delay(10);
  }
}
