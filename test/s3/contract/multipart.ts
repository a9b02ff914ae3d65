import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import type { StoredPart } from '../../../src/engine/ports/bucket';
import { Failure } from '../../../src/engine/failures/failure';
import {
  newKey,
  patience,
  unchanged,
  put,
  startMultipart,
  putPart,
  complete,
  read,
  listAll,
  listParts,
  assertFails,
  partSize,
  someEtag,
} from './calls';
import type { Harness } from './harness';

/** Uploads in parts. */
export function describeMultipart({ bucket, opened, itWhere }: Harness): void {
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
      assert.equal(await opened().contentTypeOf(key), attributes.contentType);
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

    it('say where the object stood there with just their bytes, and may then still be open', async () => {
      const key = newKey();
      const [one, two] = [await startMultipart(bucket(), key), await startMultipart(bucket(), key)];
      const parts = [];
      for (const upload of [one, two]) {
        parts.push(await putPart(bucket(), upload, 1, Buffer.from('ours')));
      }
      const [first, second] = parts;
      assert.ok(first !== undefined && second !== undefined);
      const made = await complete(bucket(), one, [first], 4);
      const found = await complete(bucket(), two, [second], 4);
      assert.deepEqual([made.wasFound ?? false, found.wasFound], [false, true]);
      assert.equal(found.etag, made.etag);
      await bucket().abortMultipart(two, patience());
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

    // S3 Backup itself sends equal parts of 8 MiB or more.
    itWhere('unequalParts', 'may have parts of different sizes', async () => {
      const key = newKey();
      const bodies = [partSize + 1, partSize, 3].map(size => randomBytes(size));
      const upload = await startMultipart(bucket(), key);
      const parts: StoredPart[] = [];
      for (const body of bodies) {
        parts.push(await putPart(bucket(), upload, parts.length + 1, body));
      }
      const whole = Buffer.concat(bodies);
      await complete(bucket(), upload, parts, whole.length);
      assert.deepEqual(await read(bucket(), key), whole);
    });

    itWhere('partMinimum', 'are not completed with a small part before the last', async () => {
      const key = newKey();
      const upload = await startMultipart(bucket(), key);
      const parts = [
        await putPart(bucket(), upload, 1, Buffer.from('one')),
        await putPart(bucket(), upload, 2, Buffer.from('two')),
      ];
      await assertFails('parts-refused', complete(bucket(), upload, parts, 6));
      assert.equal(await bucket().head({ key, signal: patience() }), undefined);
      await bucket().abortMultipart(upload, patience());
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
