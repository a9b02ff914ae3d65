import { createHash } from 'node:crypto';
import type { ObjectHead } from '../ports/bucket';
import { Crc32 } from './crc32';
import { Crc64Nvme } from './crc64nvme';
import { likelyPartSizes, MultipartEtag, partCount } from './multipart';
import { wholeChecksum, type ByteSink } from './storeChecksums';

/** What is known about an object's bytes since they were last sent or read. */
export interface KnownContent {
  readonly etag: string;
  /** In hexadecimal. */
  readonly sha256: string;
}

export interface ContentVerdict {
  /** `unknown`: the store keeps nothing that tells anything about the bytes. */
  readonly kind: 'same' | 'different' | 'unknown';
  /** In hexadecimal. */
  readonly sha256: string;
}

/**
 * Takes the bytes of a download in order, and says at the end whether they are those that were
 * stored. It goes by the strongest evidence that costs least: the known content of this very object,
 * else the store's checksum over the whole object, else its ETag
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html).
 */
export class ContentCheck {
  readonly #sha256 = createHash('sha256');
  readonly #evidence: Evidence | undefined;

  constructor(head: ObjectHead, known: KnownContent | undefined) {
    this.#evidence = known?.etag === head.etag ? sha256Evidence(known.sha256) : storeEvidence(head);
  }

  update(bytes: Uint8Array): void {
    this.#sha256.update(bytes);
    for (const sink of this.#evidence?.sinks ?? []) sink.update(bytes);
  }

  /** Call it once, after the last byte. */
  finish(): ContentVerdict {
    const sha256 = this.#sha256.digest('hex');
    return { kind: this.#evidence?.verdictOn(sha256) ?? 'unknown', sha256 };
  }
}

interface Evidence {
  /** What takes the bytes, besides the SHA-256 that is always computed. */
  readonly sinks: readonly ByteSink[];
  /** Call it after the last byte, with the SHA-256 in hexadecimal. */
  readonly verdictOn: (sha256: string) => ContentVerdict['kind'];
}

function storeEvidence(head: ObjectHead): Evidence | undefined {
  const sha256 = wholeChecksum(head, 'sha256');
  if (sha256 !== undefined) return sha256Evidence(Buffer.from(sha256, 'base64').toString('hex'));
  const crc32 = wholeChecksum(head, 'crc32');
  if (crc32 !== undefined) return digestEvidence(new Crc32(), crc32);
  if (md5Etag.test(head.etag) && !head.etagIsOpaque) {
    const md5 = Buffer.from(head.etag, 'hex').toString('base64');
    return digestEvidence(createHash('md5'), md5);
  }
  const sha1 = wholeChecksum(head, 'sha1');
  if (sha1 !== undefined) return digestEvidence(createHash('sha1'), sha1);
  const crc64 = wholeChecksum(head, 'crc64nvme');
  if (crc64 !== undefined) return digestEvidence(new Crc64Nvme(), crc64);
  if (head.etagIsOpaque) return undefined;
  const parts = partCount(head.etag);
  return parts === undefined ? undefined : partsEvidence(head, parts);
}

/** `expected` in hexadecimal. */
function sha256Evidence(expected: string): Evidence {
  return { sinks: [], verdictOn: sha256 => (sha256 === expected ? 'same' : 'different') };
}

/** `expected` in base64. */
function digestEvidence(hash: ByteSink & { digest(): Buffer }, expected: string): Evidence {
  return {
    sinks: [hash],
    verdictOn: () => (hash.digest().toString('base64') === expected ? 'same' : 'different'),
  };
}

/** The store does not tell the part sizes: if no likely size gives the ETag, that proves nothing. */
function partsEvidence({ size, etag }: ObjectHead, parts: number): Evidence {
  const candidates = likelyPartSizes(size, parts).map(partSize => new MultipartEtag(partSize));
  return {
    sinks: candidates,
    verdictOn: () => (candidates.some(each => each.digest() === etag) ? 'same' : 'unknown'),
  };
}

const md5Etag = /^[0-9a-f]{32}$/;
