import { createHash } from 'node:crypto';
import type { Bucket, ObjectHead } from '../ports/bucket';
import { compareByStoreChecksums, type ByteSink } from '../checksums/storeChecksums';
import { toKey } from '../disk/objectKey';
import type { CloudFile } from '../scan/cloudListing';
import { Failure, toFailure } from '../failures/failure';
import { flushMapped } from '../disk/statWhenStable';
import { isSameState, type LocalFile } from '../disk/localFile';
import { likelyPartSizes, MultipartEtag, partCount } from '../checksums/multipart';
import { withOpenFile } from '../disk/openFile';
import { readAll } from '../disk/readFile';
import { isOfCopy, type Receipt } from '../records/receipts';

/** What reading a local file has shown about it and its cloud copy. */
export interface ContentAnswer {
  readonly cloud: 'equal' | 'different' | 'unknown';
  /** Of the local bytes, in hexadecimal. */
  readonly sha256: string;
  /** When the reading began; milliseconds since 1970. */
  readonly hashBegan: number;
}

export interface ContentRequest {
  readonly root: string;
  readonly bucket: Bucket;
  readonly prefix: string;
  readonly local: LocalFile;
  readonly cloud: CloudFile;
  readonly receipt: Receipt | undefined;
  readonly signal: AbortSignal;
  /** Called with bytes as they are read, each once. */
  readonly onBytes?: (bytes: number) => void;
  /** Awaited after each MiB, where the reading is to leave time to others. */
  readonly between?: () => Promise<void>;
}

/**
 * Whether a local file's bytes are those of its cloud copy as it is now: by the sizes, by the
 * receipt, by the ETag, or, only where these cannot tell, by the checksums that the store returns
 * for a `HeadObject`. Throws where the file cannot be read, and `file-changing` where it is no longer
 * the file that was seen.
 */
export async function compareContent(request: ContentRequest): Promise<ContentAnswer> {
  const { local, cloud, receipt } = request;
  const parts = partCount(cloud.etag);
  const hashBegan = Date.now();
  const digests = await digest(
    request,
    parts === undefined ? [] : likelyPartSizes(local.size, parts),
  );
  const { sha256 } = digests;
  const answer = (equal: boolean): ContentAnswer => ({
    cloud: equal ? 'equal' : 'different',
    sha256,
    hashBegan,
  });
  if (local.size !== cloud.size) return answer(false);
  const proof = receipt !== undefined && isOfCopy(receipt, cloud) ? receipt : undefined;
  if (proof !== undefined && proof.sha256 !== sha256) return answer(false);
  if (digests.etags.includes(cloud.etag)) return answer(true);
  if (proof !== undefined && !mayBeRefuted(proof)) return answer(true);
  const head = await headOf(request);
  // Without the right to ask, what the store said when it took the bytes still counts.
  if (head === 'refused') return answer(true);
  // Only the copy that was listed is compared; another one is for the next comparison.
  if (head?.etag !== cloud.etag) return { cloud: 'unknown', sha256, hashBegan };
  if (head.size !== local.size || isDigest(head)) return answer(false);
  if (proof !== undefined) return answer(true);
  const read = (sinks: readonly ByteSink[]) => readInto(request, sinks);
  const told = await compareByStoreChecksums(head, { size: local.size, sha256, read });
  return { cloud: told, sha256, hashBegan };
}

interface Digests {
  readonly sha256: string;
  /** The ETags that these bytes can have: their MD5, and one for each likely part size. */
  readonly etags: readonly string[];
}

async function digest(request: ContentRequest, partSizes: readonly number[]): Promise<Digests> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  const multipart = partSizes.map(size => new MultipartEtag(size));
  await readInto(request, [sha256, md5, ...multipart], request.onBytes);
  return {
    sha256: sha256.digest('hex'),
    etags: [md5.digest('hex'), ...multipart.map(each => each.digest())],
  };
}

/** Reads the local file. Throws `file-changing` where it is not in the state that was seen. */
function readInto(
  { root, local, signal, between }: ContentRequest,
  sinks: readonly ByteSink[],
  onBytes?: (bytes: number) => void,
): Promise<void> {
  return withOpenFile(root, local.path, async file => {
    await flushMapped(file, local);
    await readAll({
      file,
      local,
      signal,
      between,
      onBytes(bytes) {
        onBytes?.(bytes.byteLength);
        for (const sink of sinks) sink.update(bytes);
      },
    });
    if (!isSameState(local, await file.stat())) throw new Failure('file-changing', local.path);
  });
}

/** Whether the ETag is an MD5. Those of encrypted objects only look like one. */
function isDigest({ etag, etagIsOpaque }: ObjectHead): boolean {
  return isLikeDigest(etag) && !etagIsOpaque;
}

function isLikeDigest(etag: string): boolean {
  return /^[0-9a-f]{32}$/.test(etag);
}

/**
 * Whether an ETag that is not the bytes' MD5 can refute a receipt. A receipt with a CRC32 rests on
 * the store's answer to the upload alone, and some stores echo what they were sent; any other proof
 * has already shown that the ETag is no MD5.
 */
function mayBeRefuted({ etag, crc32 }: Receipt): boolean {
  return crc32 !== undefined && isLikeDigest(etag);
}

/** Returns `refused` where the right to ask is missing and a receipt is known. */
async function headOf({
  bucket,
  prefix,
  local,
  cloud,
  receipt,
  signal,
}: ContentRequest): Promise<ObjectHead | undefined | 'refused'> {
  try {
    return await bucket.head({ key: toKey(prefix, local.path), signal });
  } catch (error) {
    const isProved = receipt !== undefined && isOfCopy(receipt, cloud);
    if (isProved && toFailure(error, local.path).code === 'access-denied') return 'refused';
    throw error;
  }
}
