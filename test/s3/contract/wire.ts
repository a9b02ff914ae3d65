import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import type { StoredPart } from '../../../src/engine/ports/bucket';
import { eventually } from '../../support/suite/eventually';
import {
  newPrefix,
  newKey,
  patience,
  unchanged,
  put,
  startMultipart,
  putPart,
  complete,
  read,
  collect,
  listAll,
  assertFails,
  partSize,
} from './calls';
import type { Disturb, Harness } from './harness';

/** What goes wrong under way. */
export function describeWire({ bucket, opened, itWhere }: Harness): void {
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

    itWhere('wire', 'reads a body that broke off before anybody began to', async () => {
      const key = newKey();
      const whole = randomBytes(3_000_000);
      await put(bucket(), key, whole);
      disturb('get', 'cut-answer');
      const { body } = await bucket().get({ key, signal: patience() });
      for (let index = 0; index < 20; index++) await listAll(bucket(), key);
      assert.ok((await collect(body)).equals(whole));
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
          await wire.met;
          controller.abort();
          await assertFails('cancelled', attempt);
          await eventually(() => {
            assert.ok(wire.openConnections() <= before);
          });
          // The bucket is as good as before.
          assert.equal((await listAll(bucket(), key)).length, operation === 'put' ? 0 : 1);
        },
      );
    }
  });
}
