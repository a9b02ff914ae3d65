import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';

import type { ObjectChecksum, ObjectHead } from '../../../src/engine/ports/bucket';
import { Crc64Nvme } from '../../../src/engine/checksums/crc64nvme';
import { MultipartEtag } from '../../../src/engine/checksums/multipart';
import type { Receipt } from '../../../src/engine/records/receipts';
import { ContentCheck } from '../../../src/engine/checksums/contentCheck';
import { minBytesAside } from '../../../src/engine/checksums/hashAside';
import type { FilePath } from '../../../src/protocol/folders';
import { assertProperty } from '../../support/suite/assertProperty';
import { hashedHere } from '../../support/suite/hashedHere';
import { aLocalFile } from '../../support/engine/aFile';

const body = Buffer.from('the bytes that the store holds');
const mebibyte = 1 << 20;

describe('contentCheck', () => {
  function head(changed: Partial<ObjectHead> = {}): ObjectHead {
    return {
      size: body.length,
      etag: 'opaque',
      modifiedAtMs: 0,
      metadata: {},
      storageClass: undefined,
      versionId: undefined,
      checksums: [],
      etagIsOpaque: false,
      expiresAt: undefined,
      archive: undefined,
      ...changed,
    };
  }

  function receipt(etag: string, sha256: string): Receipt {
    const path = 'a' as FilePath;
    return {
      local: aLocalFile({ path }),
      sha256,
      etag,
      crc32: undefined,
      versionId: undefined,
      hashBegan: 0,
      provedAt: 0,
    };
  }

  async function checked(of: ObjectHead, bytes: Buffer, known?: Receipt) {
    const check = new ContentCheck(of, known);
    // However they come.
    const step = Math.ceil(bytes.length / 7);
    for (let at = 0; at < bytes.length; at += step)
      await check.update(bytes.subarray(at, at + step));
    const { kind, sha256 } = await check.finish();
    check.dispose();
    assert.equal(sha256, digest('sha256', bytes).toString('hex'));
    return kind;
  }

  function whole(algorithm: ObjectChecksum['algorithm'], value: Buffer): ObjectChecksum {
    return { algorithm, type: 'full-object', value: value.toString('base64') };
  }

  const evidence: Readonly<Record<string, readonly [ObjectHead, Receipt?]>> = {
    'the receipt of this object': [
      head(),
      receipt('opaque', digest('sha256', body).toString('hex')),
    ],
    SHA256: [head({ checksums: [whole('sha256', digest('sha256', body))] })],
    'SHA-1': [head({ checksums: [whole('sha1', digest('sha1', body))] })],
    CRC64NVME: [head({ checksums: [whole('crc64nvme', crc64(body))] })],
    CRC32: [head({ checksums: [whole('crc32', crc(body))] })],
    'an MD5 for its ETag': [head({ etag: digest('md5', body).toString('hex') })],
  };
  for (const [what, [object, known]] of Object.entries(evidence)) {
    it(`tells by ${what} which bytes are the store’s`, async () => {
      assert.equal(await checked(object, body, known), 'same');
      await assertProperty(
        fc.asyncProperty(
          fc.nat(body.length - 1),
          fc.integer({ min: 1, max: 255 }),
          async (at, change) => {
            const damaged = Buffer.from(body);
            damaged[at] = (damaged[at] ?? 0) ^ change;
            assert.equal(await checked(object, damaged, known), 'different');
          },
        ),
      );
    });
  }

  it('knows the ETags of usual parts, and says nothing by others', async () => {
    const large = Buffer.alloc(9 * mebibyte, 'x');
    for (const [partSize, kind] of [
      [8 * mebibyte, 'same'],
      [5 * mebibyte, 'same'],
      [6 * mebibyte + 13, 'unknown'],
    ] as const) {
      const etag = new MultipartEtag(partSize);
      etag.update(large);
      const object = head({ size: large.length, etag: etag.digest() });
      assert.equal(await checked(object, large), kind, String(partSize));
    }
  });

  it('has other threads compute what a large object is known by', async () => {
    const large = Buffer.from(new SharedArrayBuffer(minBytesAside)).fill('y');
    const etag = digest('md5', large).toString('hex');
    const [sha1, crc64nvme] = [digest('sha1', large), crc64(large)];
    const size = large.length;
    const heads = [
      head({ size, etag }),
      head({ size, checksums: [whole('crc32', crc(large))] }),
      head({ size, checksums: [whole('sha1', sha1)] }),
      head({ size, checksums: [whole('crc64nvme', crc64nvme)] }),
    ];
    const damaged = Buffer.from(large).fill('z', size - 1);
    const here = await hashedHere(async () => {
      for (const each of heads) {
        for (const [bytes, kind] of [[large, 'same'] as const, [damaged, 'different'] as const]) {
          const check = new ContentCheck(each, undefined);
          await check.update(bytes);
          assert.equal((await check.finish()).kind, kind);
          check.dispose();
        }
      }
    });
    assert.equal(here, 0);
  });

  it('says nothing by what tells nothing', async () => {
    const etag = digest('md5', body).toString('hex');
    assert.equal(await checked(head({ etag, etagIsOpaque: true }), body), 'unknown');
    assert.equal(await checked(head(), body), 'unknown');
    assert.equal(await checked(head(), body, receipt('another', 'whatever')), 'unknown');
    const composite = { algorithm: 'sha256', type: 'composite', value: 'x' } as const;
    assert.equal(await checked(head({ checksums: [composite] }), body), 'unknown');
  });
});

function digest(algorithm: string, bytes: Buffer): Buffer {
  return createHash(algorithm).update(bytes).digest();
}

function crc64(bytes: Buffer): Buffer {
  const hash = new Crc64Nvme();
  hash.update(bytes);
  return hash.digest();
}

function crc(bytes: Buffer): Buffer {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(bytes));
  return value;
}
