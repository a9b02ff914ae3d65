import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import {
  newPrefix,
  newKey,
  patience,
  put,
  startMultipart,
  putPart,
  listAll,
  listVersions,
  listParts,
  assertFails,
  partSize,
  absent,
  plain,
} from './calls';
import type { Harness } from './harness';

/** What is cancelled ends soon. */
export function describeCancelling({ bucket }: Harness): void {
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
