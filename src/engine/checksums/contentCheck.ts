import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ObjectHead } from '../ports/bucket';
import { Crc64Nvme } from './crc64nvme';
import { likelyPartSizes, MultipartEtag, partCount } from './multipart';
import { wholeChecksum } from './storeChecksums';

/** Takes an object's bytes in order, and tells in the end whether they are those that were stored. */
export interface ContentCheck {
  update(bytes: Uint8Array): void;
  /** Call it once, after the last byte. */
  finish(): ContentVerdict;
}

export interface ContentVerdict {
  /** `unknown`: nothing that the store keeps tells anything of the bytes. */
  readonly kind: 'same' | 'different' | 'unknown';
  /** In hexadecimal. */
  readonly sha256: string;
}

/** What is known of an object's bytes since they were sent or read before. */
export interface KnownContent {
  readonly etag: string;
  /** In hexadecimal. */
  readonly sha256: string;
}

/**
 * Checks against what tells most at the least cost: what is known of this very object, else the
 * store's checksum over the whole object, else its ETag.
 */
export function contentCheck(head: ObjectHead, known: KnownContent | undefined): ContentCheck {
  const sha256 = createHash('sha256');
  const evidence = known?.etag === head.etag ? bySha256(known.sha256) : byStore(head);
  return {
    update(bytes) {
      sha256.update(bytes);
      evidence?.update?.(bytes);
    },
    finish() {
      const hex = sha256.digest('hex');
      return { kind: evidence?.finish(hex) ?? 'unknown', sha256: hex };
    },
  };
}

interface Evidence {
  readonly update?: (bytes: Uint8Array) => void;
  readonly finish: (sha256: string) => ContentVerdict['kind'];
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
  if (expectedCrc64 !== undefined) return byDigest(new Crc64Nvme(), expectedCrc64);
  if (head.etagIsOpaque) return undefined;
  const parts = partCount(head.etag);
  return parts === undefined ? undefined : byParts(head, parts);
}

function bySha256(expected: string): Evidence {
  return { finish: sha256 => (sha256 === expected ? 'same' : 'different') };
}

function byCrc32(expected: string): Evidence {
  let value = 0;
  return {
    update(bytes) {
      value = crc32(bytes, value);
    },
    finish() {
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
    finish: () => (hash.digest().toString('base64') === expected ? 'same' : 'different'),
  };
}

/** The store does not tell the part sizes, so an ETag that no likely one gives proves nothing. */
function byParts({ size, etag }: ObjectHead, parts: number): Evidence {
  const candidates = likelyPartSizes(size, parts).map(size => new MultipartEtag(size));
  return {
    update(bytes) {
      for (const candidate of candidates) candidate.update(bytes);
    },
    finish: () => (candidates.some(each => each.digest() === etag) ? 'same' : 'unknown'),
  };
}

const md5Etag = /^[0-9a-f]{32}$/;
