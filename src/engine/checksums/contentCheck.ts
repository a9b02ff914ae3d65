import type { ObjectHead } from '../ports/bucket';
import { DigestHere, type Digest, type DigestKind } from './digest';
import { DigestAside, minBytesAside } from './hashAside';
import { likelyPartSizes, partCount } from './multipart';
import { wholeChecksum } from './storeChecksums';

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
  readonly #evidence: Evidence | undefined;
  /** The SHA-256 that is always computed, then those that the evidence goes by. */
  readonly #digests: readonly Digest[];

  constructor(head: ObjectHead, known: KnownContent | undefined) {
    this.#evidence = known?.etag === head.etag ? sha256Evidence(known.sha256) : storeEvidence(head);
    const kinds: readonly DigestKind[] = ['sha256', ...(this.#evidence?.kinds ?? [])];
    const Place = head.size < minBytesAside ? DigestHere : DigestAside;
    this.#digests = kinds.map(kind => new Place(kind));
  }

  /** Adds bytes, in the order of the calls. They must not change until the promise resolves. */
  update(bytes: Uint8Array): Promise<unknown> {
    return Promise.all(this.#digests.map(async digest => digest.update(bytes)));
  }

  /** Call it once, after the last byte. */
  async finish(): Promise<ContentVerdict> {
    const [sha256 = '', ...rest] = await Promise.all(
      this.#digests.map(async digest => digest.digest()),
    );
    return { kind: this.#evidence?.verdictOn(sha256, rest) ?? 'unknown', sha256 };
  }

  /** Call it when you are done with it, whether or not it has finished. */
  dispose(): void {
    for (const digest of this.#digests) digest.dispose();
  }
}

interface Evidence {
  /** What is to be computed, besides the SHA-256. */
  readonly kinds: readonly DigestKind[];
  /** Call it with what was computed of all bytes. */
  readonly verdictOn: (sha256: string, digests: readonly string[]) => ContentVerdict['kind'];
}

function storeEvidence(head: ObjectHead): Evidence | undefined {
  const sha256 = wholeChecksum(head, 'sha256');
  if (sha256 !== undefined) return sha256Evidence(hexadecimal(sha256));
  const crc32 = wholeChecksum(head, 'crc32');
  if (crc32 !== undefined) return digestEvidence('crc32', hexadecimal(crc32));
  if (md5Etag.test(head.etag) && !head.etagIsOpaque) return digestEvidence('md5', head.etag);
  for (const algorithm of ['sha1', 'crc64nvme'] as const) {
    const kept = wholeChecksum(head, algorithm);
    if (kept !== undefined) return digestEvidence(algorithm, hexadecimal(kept));
  }
  if (head.etagIsOpaque) return undefined;
  const parts = partCount(head.etag);
  return parts === undefined ? undefined : partsEvidence(head, parts);
}

/** `expected` in hexadecimal. */
function sha256Evidence(expected: string): Evidence {
  return { kinds: [], verdictOn: sha256 => (sha256 === expected ? 'same' : 'different') };
}

/** `expected` in hexadecimal. */
function digestEvidence(kind: DigestKind, expected: string): Evidence {
  return {
    kinds: [kind],
    verdictOn: (_, [computed]) => (computed === expected ? 'same' : 'different'),
  };
}

/** The store does not tell the part sizes: if no likely size gives the ETag, that proves nothing. */
function partsEvidence({ size, etag }: ObjectHead, parts: number): Evidence {
  return {
    kinds: likelyPartSizes(size, parts).map(partSize => ({ partSize })),
    verdictOn: (_, etags) => (etags.includes(etag) ? 'same' : 'unknown'),
  };
}

function hexadecimal(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

const md5Etag = /^[0-9a-f]{32}$/;
