import type { StoredObject } from '../ports/bucket';
import { Failure } from '../failures/failure';
import type { BodyDigest } from './bodyChecksum';
import type { BucketContext } from './bucketContext';
import { isByKms } from './encryption';
import { readCrc32 } from './verifyStored';

interface Written {
  readonly key: string;
  readonly digest: BodyDigest;
  readonly signal: AbortSignal;
}

/**
 * Returns what was stored as its checksum says, unless the ETag is the MD5 of other bytes: a store may
 * repeat a checksum that it has never computed. An ETag of that form that is not the MD5 of the body
 * has the object read once; after that it is known whether ETags are digests in this bucket. Returns
 * `undefined` where other bytes are stored.
 */
export async function unlessContradicted(
  context: BucketContext,
  { key, digest, signal }: Written,
  stored: StoredObject,
): Promise<StoredObject | undefined> {
  const { shown } = context.capabilities;
  // With keys of KMS an ETag of that form is no digest.
  if (shown['digest-etags'] === 'unsupported' || isByKms(context)) return stored;
  if (!likeMd5.test(stored.etag)) return stored;
  if (digest.hasSameDigest(stored.etag)) return stored;
  try {
    const crc32 = await readCrc32(context, { key, etag: stored.etag, signal });
    if (crc32 !== digest.crc32) return undefined;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'access-denied') throw error;
    // Files go up without the right to read, too. Where ETags were digests, this one is a reason to doubt.
    return shown['digest-etags'] === 'supported' ? undefined : stored;
  }
  shown['digest-etags'] = 'unsupported';
  return stored;
}

const likeMd5 = /^[0-9a-f]{32}$/;

/**
 * Notes whether the ETag of what was stored is its MD5. Now and then only: in a bucket where ETags are
 * no digests the MD5 is computed for nothing else.
 */
export function noteDigestEtag(
  { capabilities: { digestEtags, shown } }: BucketContext,
  digest: BodyDigest,
  etag: string,
): void {
  const now = performance.now();
  if (now - digestEtags.lookedAtMs < betweenLooksMs) return;
  digestEtags.lookedAtMs = now;
  shown['digest-etags'] = digest.hasSameDigest(etag) ? 'supported' : 'unsupported';
}

const betweenLooksMs = 1000;
