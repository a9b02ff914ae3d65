import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { crc32Of } from '../../../src/engine/checksums/crc32';
import {
  newKey,
  patience,
  put,
  startMultipart,
  putPart,
  complete,
  read,
  collect,
  listAll,
  partSize,
} from './calls';
import type { Harness } from './harness';

/** What is stored is given back. */
export function describeContent({ bucket, opened, itWhere }: Harness): void {
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
      assert.equal(upload.checksum, 'crc32');
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
      assert.equal(await opened().contentTypeOf(key), attributes.contentType);
      assert.deepEqual(head?.metadata, attributes.metadata);
      const { head: gotten, body } = await bucket().get({ key, signal: patience() });
      assert.equal((await collect(body)).toString(), '# Title');
      assert.deepEqual(gotten.metadata, attributes.metadata);
      assert.equal(gotten.etag, head.etag);
      assert.equal(gotten.size, head.size);
      assert.equal(gotten.modifiedAtMs, head.modifiedAtMs);
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
      const offset = bucket().clockOffsetMs;
      const head = await bucket().head({ key, signal: patience() });
      const [listed] = await listAll(bucket(), key);
      assert.ok(head && listed);
      for (const { modifiedAtMs: modifiedAt } of [head, listed]) {
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
