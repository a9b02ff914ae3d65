import assert from 'node:assert/strict';

import { combinedCrc64Nvme, Crc64Nvme, crc64NvmeOf } from '../../../src/engine/checksums/crc64nvme';
import { seededRandom } from '../../support/suite/seededRandom';
import { firstSeed } from '../../support/suite/seeds';

describe('CRC64NVME', () => {
  for (const [bytes, expected] of [
    ['', '0000000000000000'],
    // The check value that the catalogues give for this algorithm.
    ['123456789', 'ae8b14860a799888'],
    // From the NVM Express specification: 4,096 bytes of zeros, and of ones.
    ['\u0000'.repeat(4096), '6482d367eb22b64e'],
    ['\u00ff'.repeat(4096), 'c0ddba7302eca3ac'],
  ] as const) {
    it(`has the published value of ${JSON.stringify(bytes.slice(0, 9))}`, () => {
      const crc = new Crc64Nvme();
      crc.update(Buffer.from(bytes, 'latin1'));
      assert.equal(crc.digest().toString('hex'), expected);
    });
  }

  it('does not depend on the pieces that the bytes come in', () => {
    const random = seededRandom(firstSeed);
    const bytes = random.bytes(10_000);
    const whole = new Crc64Nvme();
    whole.update(bytes);
    const pieced = new Crc64Nvme();
    for (let start = 0; start < bytes.length;) {
      const end = start + 1 + random.below(999);
      pieced.update(bytes.subarray(start, end));
      start = end;
    }
    assert.deepEqual(pieced.digest(), whole.digest());
  });

  it('of pieces is that of the whole, however it is cut', () => {
    const random = seededRandom(firstSeed);
    for (let round = 0; round < 100; round++) {
      const pieces = Array.from({ length: random.below(6) }, () =>
        random.bytes(random.below(5_000)),
      );
      const known = pieces.map(piece => ({ size: piece.length, crc64nvme: crc64NvmeOf(piece) }));
      assert.equal(
        combinedCrc64Nvme(known),
        crc64NvmeOf(Buffer.concat(pieces)),
        String(pieces.map(({ length }) => length)),
      );
    }
  });

  it('of as many parts as an upload may have is there at once', () => {
    const part = { size: 8 << 20, crc64nvme: crc64NvmeOf(Buffer.from('part')) };
    const parts = Array.from({ length: 10_000 }, () => part);
    // In two halves, which are put together from another size.
    const half = { size: 5_000 * part.size, crc64nvme: combinedCrc64Nvme(parts.slice(5_000)) };
    assert.equal(combinedCrc64Nvme(parts), combinedCrc64Nvme([half, half]));
  });
});
