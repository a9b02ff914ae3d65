import { createHash } from 'node:crypto';
import type { Bucket, ObjectHead } from './bucket';
import { checksumAnswer, type ByteSink } from './checksumAnswer';
import { toKey } from './filePath';
import type { CloudFile } from './cloudListing';
import { Failure } from './failure';
import { isSameState, type LocalFile } from './localScan';
import { likelyPartSizes, multipartEtag, partsOf } from './multipartEtag';
import { withOpenFile } from './openFile';
import { readAll } from './readAll';
import type { Receipt } from './receipts';

/** What reading a local file has told about it and its cloud copy. */
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
}

/**
 * Whether a local file's bytes are those of its cloud copy as it is now, by the receipt, by the
 * ETag, or, only where these cannot tell, by the checksums that the store gives on asking. Throws
 * where the file cannot be read, and `file-changing` where it is no longer the file that was seen.
 */
export async function compareContent(request: ContentRequest): Promise<ContentAnswer> {
  const { local, cloud, receipt } = request;
  const parts = partsOf(cloud.etag);
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
  if (receipt?.etag === cloud.etag) return answer(sha256 === receipt.sha256);
  if (local.size !== cloud.size) return answer(false);
  if (digests.etags.includes(cloud.etag)) return answer(true);
  const head = await request.bucket.head({
    key: toKey(request.prefix, local.path),
    signal: request.signal,
  });
  // What is compared is the copy that was listed; another one is for the next comparison.
  if (head?.etag !== cloud.etag) return { cloud: 'unknown', sha256, hashBegan };
  if (isDigest(head)) return answer(false);
  const read = (sinks: readonly ByteSink[]) => readInto(request, sinks);
  const told = await checksumAnswer(head, { size: local.size, sha256, read });
  return { cloud: told, sha256, hashBegan };
}

interface Digests {
  readonly sha256: string;
  /** The ETags that these bytes may have: their MD5, and one for each likely part size. */
  readonly etags: readonly string[];
}

async function digest(request: ContentRequest, partSizes: readonly number[]): Promise<Digests> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  const multipart = partSizes.map(multipartEtag);
  await readInto(request, [sha256, md5, ...multipart], request.onBytes);
  return {
    sha256: sha256.digest('hex'),
    etags: [md5.digest('hex'), ...multipart.map(each => each.digest())],
  };
}

/** Reads the local file, as it was seen and no other. */
function readInto(
  { root, local, signal }: ContentRequest,
  sinks: readonly ByteSink[],
  onBytes?: (bytes: number) => void,
): Promise<void> {
  return withOpenFile(root, local.path, async file => {
    await readAll(file, local, signal, bytes => {
      onBytes?.(bytes.byteLength);
      for (const sink of sinks) sink.update(bytes);
    });
    if (!isSameState(local, await file.look())) throw new Failure('file-changing', local.path);
  });
}

/** An MD5; encrypted objects only look as if they had one. */
function isDigest({ etag, etagIsOpaque }: ObjectHead): boolean {
  return /^[0-9a-f]{32}$/.test(etag) && !etagIsOpaque;
}
