import assert from 'node:assert/strict';

import { combinedCrc32, crc32Of } from '../../../src/engine/checksums/crc32';
import { seededRandom } from '../../support/suite/seededRandom';
import { firstSeed } from '../../support/suite/seeds';

describe('CRC32', () => {
  const random = seededRandom(firstSeed);

  it('is written as S3 writes it', () => {
    // The check value that the catalogues give for this algorithm: cbf43926.
    assert.equal(
      crc32Of(Buffer.from('123456789')),
      Buffer.from('cbf43926', 'hex').toString('base64'),
    );
  });

  it('of pieces is that of the whole, however it is cut', () => {
    for (let round = 0; round < 300; round++) {
      const pieces = Array.from({ length: random.below(6) }, () => {
        const size = random.below(3) === 0 ? random.below(3) : random.below(20_000);
        return random.bytes(size);
      });
      const combined = combinedCrc32(
        pieces.map(piece => ({ size: piece.length, crc32: crc32Of(piece) })),
      );
      assert.equal(
        combined,
        crc32Of(Buffer.concat(pieces)),
        String(pieces.map(({ length }) => length)),
      );
    }
  });

  it('of pieces does not depend on how they are taken together, beyond 32 bits too', () => {
    const first = { size: 5, crc32: crc32Of(random.bytes(5)) };
    const megabytes = random.bytes(1 << 20);
    const piece = { size: megabytes.length, crc32: crc32Of(megabytes) };
    const many = Array.from({ length: 5_000 }, () => piece);
    const large = { size: 5_000 * megabytes.length, crc32: combinedCrc32(many) };
    assert.ok(large.size > 2 ** 32);
    assert.equal(combinedCrc32([first, large]), combinedCrc32([first, ...many]));
  });
});
