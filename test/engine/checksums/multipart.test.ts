import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';

import { likelyPartSizes, MultipartEtag, partCount } from '../../../src/engine/checksums/multipart';
import { assertProperty } from '../../support/suite/assertProperty';

const mebibyte = 1 << 20;

describe('Multipart ETags', () => {
  it('are the MD5 over the parts’ MD5s, however the bytes arrive', () => {
    assertProperty(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 60 }),
        (bytes, partSize, chunk) => {
          const etag = new MultipartEtag(partSize);
          for (let start = 0; start < bytes.length; start += chunk) {
            etag.update(bytes.subarray(start, start + chunk));
          }
          const parts = Array.from({ length: Math.ceil(bytes.length / partSize) }, (_, index) =>
            createHash('md5')
              .update(bytes.subarray(index * partSize, (index + 1) * partSize))
              .digest(),
          );
          const whole = createHash('md5').update(Buffer.concat(parts)).digest('hex');
          assert.equal(etag.digest(), `${whole}-${String(parts.length)}`);
        },
      ),
    );
  });

  it('tell how many parts there were', () => {
    assert.equal(partCount(`${'a'.repeat(32)}-17`), 17);
    for (const other of ['a'.repeat(32), `${'a'.repeat(32)}-`, 'x-1', '']) {
      assert.equal(partCount(other), undefined);
    }
  });

  it('are tried with part sizes that give just that many parts', () => {
    assertProperty(
      fc.property(
        fc.integer({ min: 1, max: 2000 * mebibyte }),
        fc.integer({ min: 1, max: 400 }),
        (size, parts) => {
          for (const partSize of likelyPartSizes(size, parts)) {
            assert.equal(Math.ceil(size / partSize), parts);
          }
        },
      ),
    );
  });

  it('are tried with the sizes of common tools', () => {
    // By `aws s3 sync`, rclone, and this extension.
    for (const [size, partSize] of [
      [20 * mebibyte, 8 * mebibyte],
      [201 * mebibyte, 5 * mebibyte],
      [40 * mebibyte, 16 * mebibyte],
    ] as const) {
      assert.ok(likelyPartSizes(size, Math.ceil(size / partSize)).includes(partSize));
    }
  });
});
