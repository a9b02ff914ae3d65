import { crc32 as addToCrc32 } from 'node:zlib';
import type { StoredObject } from '../ports/bucket';
import { Failure } from '../failures/failure';
import { wholeChecksum } from '../checksums/storeChecksums';
import { getObject, headObject } from './readObject';
import type { BucketContext } from './bucketContext';

export interface WrittenBytes {
  readonly key: string;
  readonly size: number;
  /** In base64; `undefined` where it is not known of all parts. */
  readonly crc32: string | undefined;
  /** The same. */
  readonly crc64nvme?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Verifies what a write has stored where the answer to it does not: by what HEAD says of the object
 * and, where that is not `enough`, by reading it once. Returns `undefined` where it is not what was
 * sent.
 */
export async function verifyStored(
  context: BucketContext,
  { key, size, crc32, crc64nvme, signal }: WrittenBytes,
  stored: StoredObject,
  enough: 'size' | 'bytes',
): Promise<StoredObject | undefined> {
  if (stored.crc32 !== undefined && crc32 !== undefined && stored.crc32 !== crc32) return undefined;
  const { etag, versionId } = stored;
  const head = await headObject(context, { key, signal });
  if (head?.etag !== etag || head.size !== size) return undefined;
  const kept = wholeChecksum(head, 'crc64nvme');
  if (kept !== undefined && crc64nvme !== undefined) {
    return kept === crc64nvme ? { etag, versionId, crc32: undefined, crc64nvme } : undefined;
  }
  const told = stored.crc32 ?? wholeChecksum(head, 'crc32');
  if (told !== undefined && crc32 !== undefined) {
    return told === crc32 ? { etag, versionId, crc32: told } : undefined;
  }
  if (enough === 'size') return { etag, versionId, crc32: told };
  if (crc32 === undefined) return undefined;
  return (await readCrc32(context, { key, etag, signal })) === crc32
    ? { etag, versionId, crc32: told }
    : undefined;
}

/**
 * Returns the CRC32 of the stored bytes, in base64; `undefined` where another object has taken their
 * place.
 */
export async function readCrc32(
  context: BucketContext,
  { key, etag, signal }: { readonly key: string; readonly etag: string; signal: AbortSignal },
): Promise<string | undefined> {
  try {
    const { body } = await getObject(context, { key, ifMatch: etag, signal });
    let value = 0;
    for await (const bytes of body) value = addToCrc32(bytes, value);
    const digest = Buffer.alloc(4);
    digest.writeUInt32BE(value);
    return digest.toString('base64');
  } catch (error) {
    if (error instanceof Failure && error.code === 'changed-in-cloud') return undefined;
    throw error;
  }
}
