import { createHash } from 'node:crypto';
import { Crc32 } from './crc32';
import { Crc64Nvme } from './crc64nvme';
import { likelyPartSizes, partCount, MultipartDigest } from './multipart';
import type { ObjectHead, ChecksumAlgorithm } from '../ports/bucket';

/** Takes a file's bytes in order. */
export interface ByteSink {
  update(bytes: Uint8Array): unknown;
}

/** What is known about the local file, and how to read it again. */
export interface LocalContent {
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly read: (sinks: readonly ByteSink[]) => Promise<void>;
}

/**
 * Compares a local file with its copy of the same size by the checksums that the store keeps, if the
 * ETag did not tell. Long ones prove; a CRC of 32 bits can only refute, since too many files share
 * one. Reads the file once more only if that can answer something.
 */
export async function compareByStoreChecksums(
  head: ObjectHead,
  local: LocalContent,
): Promise<'equal' | 'different' | 'unknown'> {
  const whole = wholeChecksum(head, 'sha256');
  if (whole !== undefined) return whole === toBase64(local.sha256) ? 'equal' : 'different';
  for (const algorithm of ['sha1', 'crc64nvme'] as const) {
    const kept = wholeChecksum(head, algorithm);
    if (kept === undefined) continue;
    const digest = algorithm === 'sha1' ? createHash('sha1') : new Crc64Nvme();
    await local.read([digest]);
    return kept === digest.digest().toString('base64') ? 'equal' : 'different';
  }
  if (await isOfLikelyParts(head, local)) return 'equal';
  return (await refutes(head, local)) ? 'different' : 'unknown';
}

/** The store does not tell the part sizes, so that only a match proves anything. */
async function isOfLikelyParts(head: ObjectHead, local: LocalContent): Promise<boolean> {
  const parts = partCount(head.etag);
  if (parts === undefined) return false;
  const sizes = likelyPartSizes(local.size, parts);
  for (const { algorithm, type, value } of head.checksums) {
    if (type !== 'composite' || (algorithm !== 'sha256' && algorithm !== 'sha1')) continue;
    const digests = sizes.map(size => new MultipartDigest(algorithm, size));
    await local.read(digests);
    return digests.some(each => each.digest().digest.toString('base64') === value);
  }
  return false;
}

async function refutes(head: ObjectHead, local: LocalContent): Promise<boolean> {
  const kept = wholeChecksum(head, 'crc32');
  if (kept === undefined) return false;
  const computed = new Crc32();
  await local.read([computed]);
  return Buffer.from(kept, 'base64').readUInt32BE() !== computed.digest().readUInt32BE();
}

function toBase64(hexadecimal: string): string {
  return Buffer.from(hexadecimal, 'hex').toString('base64');
}

/** Returns the checksum over all bytes of an object, in base64, if the store keeps one. */
export function wholeChecksum(
  { checksums }: Pick<ObjectHead, 'checksums'>,
  algorithm: ChecksumAlgorithm,
): string | undefined {
  return checksums.find(each => each.algorithm === algorithm && each.type === 'full-object')?.value;
}
