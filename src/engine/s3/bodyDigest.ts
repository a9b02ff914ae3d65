import { createHash } from 'node:crypto';
import type { StoredObject } from '../ports/bucket';
import { crc32Of } from '../checksums/crc32';
import type { ChecksumHeaders } from './checksumNegotiation';

/** What proves that the store has just the bytes of one body. Nothing is computed before its use. */
export interface BodyDigest {
  readonly crc32: string;
  headers(guard: ChecksumHeaders): GuardHeaders;
  /** Whether what the store tells of the bytes that it has stored is true of the body. */
  matches(told: Pick<StoredObject, 'etag' | 'crc32'>): boolean;
  hasSameDigest(etag: string): boolean;
}

interface GuardHeaders {
  readonly ChecksumCRC32?: string;
  readonly ContentMD5?: string;
}

export function bodyDigest(body: Uint8Array): BodyDigest {
  let crc32: string | undefined;
  let md5: Buffer | undefined;
  const getMd5 = () => (md5 ??= createHash('md5').update(body).digest());
  return {
    get crc32() {
      return (crc32 ??= crc32Of(body));
    },
    headers(guard) {
      return {
        ...(guard === 'md5' ? {} : { ChecksumCRC32: this.crc32 }),
        ...(guard === 'crc32' ? {} : { ContentMD5: getMd5().toString('base64') }),
      };
    },
    matches(told) {
      if (told.crc32 !== undefined) return told.crc32 === this.crc32;
      return this.hasSameDigest(told.etag);
    },
    hasSameDigest: etag => etag === getMd5().toString('hex'),
  };
}
