import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import type { ObjectChecksum, ObjectHead } from '../../../src/engine/ports/bucket';
import { compareByStoreChecksums } from '../../../src/engine/checksums/storeChecksums';
import { crc32Of } from '../../../src/engine/checksums/crc32';
import { Crc64Nvme } from '../../../src/engine/checksums/crc64nvme';
import { seededRandom } from '../../support/suite/seededRandom';
import { firstSeed } from '../../support/suite/seeds';

describe('What a store’s own checksums say of a local file', () => {
  const random = seededRandom(firstSeed);
  const bytes = random.bytes(20 << 20);
  const others = random.bytes(20 << 20);

  function hashed(algorithm: string, ...pieces: readonly Uint8Array[]): Buffer {
    const hash = createHash(algorithm);
    for (const piece of pieces) hash.update(piece);
    return hash.digest();
  }

  /** The hash over those of parts of this size. */
  function inParts(algorithm: string, content: Buffer, partSize: number): string {
    const parts: Buffer[] = [];
    for (let start = 0; start < content.length; start += partSize) {
      parts.push(hashed(algorithm, content.subarray(start, start + partSize)));
    }
    return hashed(algorithm, ...parts).toString('base64');
  }

  function crc64Of(content: Buffer): string {
    const crc = new Crc64Nvme();
    crc.update(content);
    return crc.digest().toString('base64');
  }

  function whole(algorithm: ObjectChecksum['algorithm'], value: string): ObjectChecksum {
    return { algorithm, type: 'full-object', value };
  }

  const threeParts = `${'0'.repeat(32)}-3`;
  const eight = 8 << 20;
  const odd = 7_340_033;

  for (const { what, etag = 'none', checksums, answer, readings } of [
    { what: 'nothing, where there is none', checksums: [], answer: 'unknown', readings: 0 },
    ...(
      [
        [bytes, 'equal'],
        [others, 'different'],
      ] as const
    ).flatMap(([content, answer]) => [
      {
        what: `${answer}, by a SHA-256, without reading`,
        checksums: [whole('sha256', hashed('sha256', content).toString('base64'))],
        answer,
        readings: 0,
      },
      {
        what: `${answer}, by a SHA-1`,
        checksums: [whole('sha1', hashed('sha1', content).toString('base64'))],
        answer,
        readings: 1,
      },
      {
        what: `${answer}, by a CRC64NVME`,
        checksums: [whole('crc64nvme', crc64Of(content))],
        answer,
        readings: 1,
      },
    ]),
    {
      what: 'nothing, where a CRC32 is the same: many files have it',
      checksums: [whole('crc32', crc32Of(bytes))],
      answer: 'unknown',
      readings: 1,
    },
    {
      what: 'different, where a CRC32 is another one',
      checksums: [whole('crc32', crc32Of(others))],
      answer: 'different',
      readings: 1,
    },
    {
      what: 'nothing, by a CRC32C',
      checksums: [whole('crc32c', 'AAAAAA==')],
      answer: 'unknown',
      readings: 0,
    },
    ...(['sha256', 'sha1'] as const).flatMap(algorithm => [
      {
        what: `equal, by a composite ${algorithm} of parts of a usual size`,
        etag: threeParts,
        checksums: [
          { algorithm, type: 'composite', value: inParts(algorithm, bytes, eight) } as const,
        ],
        answer: 'equal',
        readings: 1,
      },
      {
        what: `nothing, by a composite ${algorithm} of parts of another size`,
        etag: threeParts,
        checksums: [
          { algorithm, type: 'composite', value: inParts(algorithm, bytes, odd) } as const,
        ],
        answer: 'unknown',
        readings: 1,
      },
    ]),
    {
      what: 'nothing, by a composite CRC32',
      etag: threeParts,
      checksums: [{ algorithm: 'crc32', type: 'composite', value: 'AAAAAA==' } as const],
      answer: 'unknown',
      readings: 0,
    },
  ]) {
    it(`is ${what}`, async () => {
      let read = 0;
      const told = await compareByStoreChecksums(
        { ...head, etag, checksums },
        {
          size: bytes.length,
          sha256: hashed('sha256', bytes).toString('hex'),
          read: sinks => {
            read += 1;
            for (const sink of sinks) sink.update(bytes);
            return Promise.resolve();
          },
        },
      );
      assert.equal(told, answer);
      assert.equal(read, readings);
    });
  }
});

const head: ObjectHead = {
  size: 20 << 20,
  etag: '',
  modifiedAtMs: 0,
  metadata: {},
  storageClass: undefined,
  versionId: undefined,
  checksums: [],
  etagIsOpaque: true,
  expiresAt: undefined,
  archive: undefined,
};
