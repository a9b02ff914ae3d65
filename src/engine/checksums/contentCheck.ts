import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ObjectHead } from '../ports/bucket';
import { crc64nvme } from './crc64nvme';
import { likelyPartSizes, multipartEtag, partsOf } from './multipartEtag';
import type { Receipt } from '../records/receipts';
import { wholeChecksum } from './wholeChecksum';

/** Takes an object's bytes in their order, and tells in the end whether they are the store's. */
export interface ContentCheck {
  update(bytes: Uint8Array): void;
  /** Once, when all bytes have been given. */
  settle(): ContentVerdict;
}

export interface ContentVerdict {
  /** `untold`: nothing that the store keeps says anything of the bytes. */
  readonly kind: 'same' | 'different' | 'untold';
  /** In hexadecimal. */
  readonly sha256: string;
}

/**
 * Checks against what tells most, at the least cost: the receipt of this very object, else the
 * store's checksum over the whole object, else its ETag.
 */
export function contentCheck(head: ObjectHead, receipt: Receipt | undefined): ContentCheck {
  const sha256 = createHash('sha256');
  const evidence = receipt?.etag === head.etag ? bySha256(receipt.sha256) : byStore(head);
  return {
    update(bytes) {
      sha256.update(bytes);
      evidence?.update?.(bytes);
    },
    settle() {
      const hex = sha256.digest('hex');
      return { kind: evidence?.settle(hex) ?? 'untold', sha256: hex };
    },
  };
}

interface Evidence {
  readonly update?: (bytes: Uint8Array) => void;
  readonly settle: (sha256: string) => ContentVerdict['kind'];
}

function byStore(head: ObjectHead): Evidence | undefined {
  const sha256 = wholeChecksum(head, 'sha256');
  if (sha256 !== undefined) return bySha256(Buffer.from(sha256, 'base64').toString('hex'));
  const expectedCrc32 = wholeChecksum(head, 'crc32');
  if (expectedCrc32 !== undefined) return byCrc32(expectedCrc32);
  if (md5Etag.test(head.etag) && !head.etagIsOpaque) {
    return byDigest(createHash('md5'), Buffer.from(head.etag, 'hex').toString('base64'));
  }
  const expectedSha1 = wholeChecksum(head, 'sha1');
  if (expectedSha1 !== undefined) return byDigest(createHash('sha1'), expectedSha1);
  const expectedCrc64 = wholeChecksum(head, 'crc64nvme');
  if (expectedCrc64 !== undefined) return byDigest(crc64nvme(), expectedCrc64);
  if (head.etagIsOpaque) return undefined;
  const parts = partsOf(head.etag);
  return parts === undefined ? undefined : byParts(head, parts);
}

function bySha256(expected: string): Evidence {
  return { settle: sha256 => (sha256 === expected ? 'same' : 'different') };
}

function byCrc32(expected: string): Evidence {
  let value = 0;
  return {
    update(bytes) {
      value = crc32(bytes, value);
    },
    settle() {
      const found = Buffer.alloc(4);
      found.writeUInt32BE(value);
      return found.toString('base64') === expected ? 'same' : 'different';
    },
  };
}

function byDigest(
  hash: { update(bytes: Uint8Array): unknown; digest(): Buffer },
  expected: string,
): Evidence {
  return {
    update(bytes) {
      hash.update(bytes);
    },
    settle: () => (hash.digest().toString('base64') === expected ? 'same' : 'different'),
  };
}

/** The sizes of the parts are not told, so an ETag that none of the likely ones gives says nothing. */
function byParts({ size, etag }: ObjectHead, parts: number): Evidence {
  const candidates = likelyPartSizes(size, parts).map(multipartEtag);
  return {
    update(bytes) {
      for (const candidate of candidates) candidate.update(bytes);
    },
    settle: () => (candidates.some(each => each.digest() === etag) ? 'same' : 'untold'),
  };
}

const md5Etag = /^[0-9a-f]{32}$/;
