import {
  isArchiveClass,
  type Archive,
  type ChecksumAlgorithm,
  type ObjectChecksum,
  type ObjectHead,
} from '../ports/bucket';
import { partCount } from '../checksums/multipart';
import { plainEtag, required, storeTime } from './answerField';
import type { DirectAnswer } from './directClient';
import { isKms } from './encryption';

/**
 * What the headers of an answer say of an object; those of a range speak of the whole too. Not every
 * answer has a length: `sizeOf` finds out otherwise.
 */
export async function objectHead(
  headers: DirectAnswer['headers'],
  sizeOf: (etag: string) => Promise<number | undefined>,
): Promise<ObjectHead> {
  const range = headers['content-range'];
  const etag = plainEtag(headers['etag']);
  const size = wholeSize(range) ?? sizeIn(headers['content-length']) ?? (await sizeOf(etag));
  const encryption = headers['x-amz-server-side-encryption'];
  return {
    size: required(size, 'Content-Length'),
    etag,
    modifiedAtMs: required(storeTime(headers['last-modified']), 'Last-Modified'),
    metadata: metadataIn(headers),
    storageClass: headers['x-amz-storage-class'],
    versionId: headers['x-amz-version-id'],
    // Those in the answer to a range may be of a part.
    checksums: range === undefined ? checksumsIn(headers) : [],
    etagIsOpaque:
      isKms(encryption) || headers['x-amz-server-side-encryption-customer-algorithm'] !== undefined,
    expiresAt: expiryDate(headers['x-amz-expiration']),
    archive: archiveIn(headers),
  };
}

type Headers = DirectAnswer['headers'];

function sizeIn(contentLength = ''): number | undefined {
  return /^\d+$/.test(contentLength) ? Number(contentLength) : undefined;
}

function wholeSize(contentRange: string | undefined): number | undefined {
  const size = /\/(\d+)$/.exec(contentRange ?? '')?.[1];
  return size === undefined ? undefined : Number(size);
}

function metadataIn(headers: Headers): Readonly<Record<string, string>> {
  const metadata: Record<string, string> = {};
  for (const name in headers) {
    if (name.startsWith(metadataPrefix)) {
      metadata[name.slice(metadataPrefix.length)] = headers[name] ?? '';
    }
  }
  return metadata;
}

const metadataPrefix = 'x-amz-meta-';

function checksumsIn(headers: Headers): readonly ObjectChecksum[] {
  const type = headers['x-amz-checksum-type'];
  const inParts = partCount(plainEtag(headers['etag'])) !== undefined;
  return algorithms.flatMap(algorithm => {
    const [value, parts] = (headers[`x-amz-checksum-${algorithm}`] ?? '').split('-');
    if (value === undefined || value === '') return [];
    const isComposite =
      parts !== undefined || (type === undefined ? inParts : type === 'COMPOSITE');
    return [{ algorithm, type: isComposite ? 'composite' : 'full-object', value }];
  });
}

const algorithms: readonly ChecksumAlgorithm[] = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'];

function archiveIn(headers: Headers): Archive | undefined {
  const restore = headers['x-amz-restore'];
  if (restore?.includes('ongoing-request="true"') === true) return { kind: 'restoring' };
  if (restore !== undefined) return { kind: 'restored', until: expiryDate(restore) };
  const isArchived =
    isArchiveClass(headers['x-amz-storage-class']) || headers['x-amz-archive-status'] !== undefined;
  return isArchived ? { kind: 'archived' } : undefined;
}

/** The date in `expiry-date="Fri, 21 Dec 2012 00:00:00 GMT", …`. */
function expiryDate(header: string | undefined): number | undefined {
  return storeTime(/expiry-date="([^"]*)"/.exec(header ?? '')?.[1]);
}
