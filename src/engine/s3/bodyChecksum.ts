import { createHash, hash } from 'node:crypto';
import { crc32Of } from '../checksums/crc32';
import { crc64NvmeOf } from '../checksums/crc64nvme';
import type { StoredObject } from '../ports/bucket';
import { mayRefuseChecksum } from './refusedHeader';
import type { ChecksumSupport } from './storeCapabilities';

/** What travels with a body, so that the store can tell whether it arrived whole. */
export type ChecksumHeaders = 'checksum' | 'md5' | 'both';

interface ChecksumNegotiation<A extends readonly unknown[], T> {
  /** What is known of the store; what the request shows is noted in it. */
  readonly support: ChecksumSupport;
  readonly kind: keyof ChecksumSupport;
  readonly send: (checksum: ChecksumHeaders, ...headers: A) => Promise<T>;
  /** Called before it is sent again without the checksum; where this throws, it is not sent. */
  readonly beforeAnother?: () => Promise<void>;
  /** Whether the answer shows that the store has computed the checksum. */
  readonly isConfirmed: (answer: T) => boolean;
}

/**
 * Returns a function that sends one request with a checksum where the store supports it. The first
 * request of its kind finds out. Where one is refused, it is sent again without, and where that helps,
 * the checksum is not sent any more: what is known may be of another store of the same name, which
 * answered at this address before. The function may be called several times, with other headers; the
 * checksum is suspected only once.
 */
export function withChecksum<A extends readonly unknown[], T>({
  support,
  kind,
  send,
  beforeAnother,
  isConfirmed,
}: ChecksumNegotiation<A, T>): (...headers: A) => Promise<T> {
  let wasSuspected = false;
  return async (...headers) => {
    if (support[kind] === 'unsupported' || wasSuspected) return send('md5', ...headers);
    const isKnown = support[kind] === 'supported';
    let answer: T;
    try {
      answer = await send(isKnown ? 'checksum' : 'both', ...headers);
    } catch (error) {
      if (!mayRefuseChecksum(error)) throw error;
      wasSuspected = true;
      await beforeAnother?.();
      // Where this fails as well, the checksum alone was not to blame.
      answer = await send('md5', ...headers);
      support[kind] = 'unsupported';
      return answer;
    }
    if (!isKnown) support[kind] = isConfirmed(answer) ? 'supported' : 'unsupported';
    return answer;
  };
}

/** The checksums of one body, each computed when it is first needed. */
export class BodyDigest {
  readonly #body: Uint8Array;
  #crc32: string | undefined;
  #crc64nvme: string | undefined;
  #sha256: string | undefined;
  #md5: Buffer | undefined;

  /** Of the known ones, the SHA-256 is in hexadecimal, the others in base64. */
  constructor(
    body: Uint8Array,
    known: {
      readonly crc32?: string;
      readonly crc64nvme?: string;
      readonly sha256?: string | undefined;
    } = {},
  ) {
    this.#body = body;
    this.#crc32 = known.crc32;
    this.#crc64nvme = known.crc64nvme;
    this.#sha256 = known.sha256;
  }

  /** In base64. */
  get crc32(): string {
    return (this.#crc32 ??= crc32Of(this.#body));
  }

  /** In base64. */
  get crc64nvme(): string {
    return (this.#crc64nvme ??= crc64NvmeOf(this.#body));
  }

  /** In base64. */
  get sha256(): string {
    this.#sha256 ??= hash('sha256', this.#body);
    return Buffer.from(this.#sha256, 'hex').toString('base64');
  }

  headers(
    checksum: ChecksumHeaders,
    algorithm: 'crc32' | 'crc64nvme' | 'sha256' = 'crc32',
  ): Readonly<Record<string, string>> {
    return {
      ...(checksum === 'md5' ? {} : { [`x-amz-checksum-${algorithm}`]: this[algorithm] }),
      ...(checksum === 'checksum' ? {} : { 'content-md5': this.#getMd5().toString('base64') }),
    };
  }

  /** Whether the store's SHA-256, or else one of its CRCs or its ETag, is that of the body. */
  matches(stored: Pick<StoredObject, 'etag' | 'crc32' | 'crc64nvme' | 'sha256'>): boolean {
    if (stored.sha256 !== undefined) return stored.sha256 === this.sha256;
    if (stored.crc64nvme !== undefined) return stored.crc64nvme === this.crc64nvme;
    if (stored.crc32 !== undefined) return stored.crc32 === this.crc32;
    return this.hasSameDigest(stored.etag);
  }

  /** Whether an ETag is the MD5 of the body. */
  hasSameDigest(etag: string): boolean {
    return etag === this.#getMd5().toString('hex');
  }

  #getMd5(): Buffer {
    return (this.#md5 ??= createHash('md5').update(this.#body).digest());
  }
}
