import assert from 'node:assert/strict';
import { createHash, hash } from 'node:crypto';
import fc from 'fast-check';

import { crc32Of } from '../../../src/engine/checksums/crc32';
import {
  crc32Aside,
  DigestAside,
  minBytesAside,
  sha256Aside,
} from '../../../src/engine/checksums/hashAside';
import { seededRandom } from '../../support/suite/seededRandom';
import { assertProperty } from '../../support/suite/assertProperty';
import { hashedHere } from '../../support/suite/hashedHere';

describe('Hashing in another thread', () => {
  /** Memory that both threads see, as pooled buffers are. */
  function shared(size: number, seed = 1): Buffer {
    const bytes = Buffer.from(new SharedArrayBuffer(size));
    bytes.set(seededRandom(seed).bytes(size));
    return bytes;
  }

  for (const size of [0, 1, minBytesAside - 1, minBytesAside, 3 * minBytesAside + 7]) {
    it(`gives what this thread would of ${String(size)} bytes`, async () => {
      const bytes = shared(size);
      assert.equal(await sha256Aside(bytes), hash('sha256', bytes));
      assert.equal(await crc32Aside(bytes), crc32Of(bytes));
    });
  }

  it('takes part of a larger memory, shared or not', async () => {
    for (const bytes of [shared(2 * minBytesAside), Buffer.alloc(2 * minBytesAside, 7)]) {
      const part = bytes.subarray(5, 5 + minBytesAside);
      assert.equal(await sha256Aside(part), hash('sha256', part));
      assert.equal(await crc32Aside(part), crc32Of(part));
    }
  });

  it('adds pieces in the order of the calls, of several files side by side', async () => {
    const files = fc.array(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }), {
      minLength: 1,
      maxLength: 5,
    });
    await assertProperty(
      fc.asyncProperty(files, async all => {
        const asides = all.map(() => new DigestAside('sha256'));
        const waiting: Promise<void>[] = [];
        for (let at = 0; at < 8; at++) {
          all.forEach((pieces, file) => {
            const piece = pieces[at];
            if (piece !== undefined) waiting.push(asides[file]?.update(piece) ?? Promise.resolve());
          });
        }
        const digests = await Promise.all(asides.map(aside => aside.digest()));
        await Promise.all(waiting);
        for (const aside of asides) aside.dispose();
        const expected = all.map(pieces => {
          const whole = createHash('sha256');
          for (const piece of pieces) whole.update(piece);
          return whole.digest('hex');
        });
        assert.deepEqual(digests, expected);
      }),
    );
  });

  it('costs this thread nothing', async () => {
    const bytes = shared(4 * minBytesAside);
    const here = await hashedHere(async () => {
      const aside = new DigestAside('sha256');
      await Promise.all([aside.update(bytes), sha256Aside(bytes), crc32Aside(bytes)]);
      await aside.digest();
      aside.dispose();
    });
    assert.equal(here, 0);
  });
});
