import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ObjectHead } from '../ports/bucket';
import { crc64nvme } from './crc64nvme';
import { multipartDigest } from './multipartDigest';
import { likelyPartSizes, partsOf } from './multipartEtag';
import { wholeChecksum } from './wholeChecksum';

/** What is fed with a file's bytes in their order. */
export interface ByteSink {
  update(bytes: Uint8Array): unknown;
}

/** What the local file is known to be, and the way to read it once more. */
export interface LocalContent {
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly read: (sinks: readonly ByteSink[]) => Promise<void>;
}

/**
 * What the store's own checksums say of a local file of the same size whose ETags have not told.
 * The long ones prove. A CRC of 32 bits can only refute: too many files have the same. The file is
 * read once more only where that can answer something.
 */
export async function checksumAnswer(
  head: ObjectHead,
  local: LocalContent,
): Promise<'equal' | 'different' | 'unknown'> {
  const whole = wholeChecksum(head, 'sha256');
  if (whole !== undefined) return whole === toBase64(local.sha256) ? 'equal' : 'different';
  for (const algorithm of ['sha1', 'crc64nvme'] as const) {
    const kept = wholeChecksum(head, algorithm);
    if (kept === undefined) continue;
    const digest = algorithm === 'sha1' ? createHash('sha1') : crc64nvme();
    await local.read([digest]);
    return kept === digest.digest().toString('base64') ? 'equal' : 'different';
  }
  if (await isOfLikelyParts(head, local)) return 'equal';
  return (await refutes(head, local)) ? 'different' : 'unknown';
}

/** The part sizes are not told, so that only a match says something. */
async function isOfLikelyParts(head: ObjectHead, local: LocalContent): Promise<boolean> {
  const parts = partsOf(head.etag);
  if (parts === undefined) return false;
  const sizes = likelyPartSizes(local.size, parts);
  for (const { algorithm, type, value } of head.checksums) {
    if (type !== 'composite' || (algorithm !== 'sha256' && algorithm !== 'sha1')) continue;
    const digests = sizes.map(size => multipartDigest(algorithm, size));
    await local.read(digests);
    return digests.some(each => each.digest().digest.toString('base64') === value);
  }
  return false;
}

async function refutes(head: ObjectHead, local: LocalContent): Promise<boolean> {
  const kept = wholeChecksum(head, 'crc32');
  if (kept === undefined) return false;
  let value = 0;
  await local.read([
    {
      update: bytes => {
        value = crc32(bytes, value);
      },
    },
  ]);
  return Buffer.from(kept, 'base64').readUInt32BE() !== value;
}

function toBase64(hexadecimal: string): string {
  return Buffer.from(hexadecimal, 'hex').toString('base64');
}
