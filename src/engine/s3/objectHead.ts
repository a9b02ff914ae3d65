import type { GetObjectCommandOutput, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import {
  isArchiveClass,
  type Archive,
  type ChecksumAlgorithm,
  type ObjectChecksum,
  type ObjectHead,
} from '../ports/bucket';
import { partCount } from '../checksums/multipart';
import { plainEtag, required } from './answerField';

/**
 * What an answer says of an object; that to a range speaks of the whole too. Not every answer has a
 * length: `sizeOf` finds out otherwise.
 */
export async function objectHead(
  answer: ObjectAnswer,
  sizeOf: (etag: string) => Promise<number | undefined>,
): Promise<ObjectHead> {
  const range = 'ContentRange' in answer ? answer.ContentRange : undefined;
  const size = wholeSize(range) ?? answer.ContentLength ?? (await sizeOf(plainEtag(answer.ETag)));
  return {
    size: required(size, 'Content-Length'),
    etag: plainEtag(answer.ETag),
    modifiedAtMs: required(answer.LastModified, 'Last-Modified').getTime(),
    metadata: answer.Metadata ?? {},
    storageClass: answer.StorageClass,
    versionId: answer.VersionId,
    // Those in the answer to a range may be of a part.
    checksums: range === undefined ? checksumsOf(answer) : [],
    etagIsOpaque:
      answer.ServerSideEncryption?.startsWith('aws:kms') === true ||
      answer.SSECustomerAlgorithm !== undefined,
    expiresAt: expiryDate(answer.Expiration),
    archive: archiveOf(answer),
  };
}

type ObjectAnswer = HeadObjectCommandOutput | GetObjectCommandOutput;

function wholeSize(contentRange: string | undefined): number | undefined {
  const size = /\/(\d+)$/.exec(contentRange ?? '')?.[1];
  return size === undefined ? undefined : Number(size);
}

function checksumsOf(answer: ObjectAnswer): readonly ObjectChecksum[] {
  const inParts = partCount(plainEtag(answer.ETag)) !== undefined;
  return algorithms.flatMap(([algorithm, field]) => {
    const [value, parts] = (answer[field] ?? '').split('-');
    if (value === undefined || value === '') return [];
    const isComposite =
      parts !== undefined ||
      (answer.ChecksumType === undefined ? inParts : answer.ChecksumType === 'COMPOSITE');
    return [{ algorithm, type: isComposite ? 'composite' : 'full-object', value }];
  });
}

const algorithms = [
  ['crc32', 'ChecksumCRC32'],
  ['crc32c', 'ChecksumCRC32C'],
  ['crc64nvme', 'ChecksumCRC64NVME'],
  ['sha1', 'ChecksumSHA1'],
  ['sha256', 'ChecksumSHA256'],
] as const satisfies readonly (readonly [ChecksumAlgorithm, keyof ObjectAnswer])[];

function archiveOf(answer: ObjectAnswer): Archive | undefined {
  const { Restore: restore, StorageClass: storageClass } = answer;
  if (restore?.includes('ongoing-request="true"') === true) return { kind: 'restoring' };
  if (restore !== undefined) return { kind: 'restored', until: expiryDate(restore) };
  const isArchived =
    isArchiveClass(storageClass) ||
    ('ArchiveStatus' in answer && answer.ArchiveStatus !== undefined);
  return isArchived ? { kind: 'archived' } : undefined;
}

/** The date in `expiry-date="Fri, 21 Dec 2012 00:00:00 GMT", …`. */
function expiryDate(header: string | undefined): number | undefined {
  const date = Date.parse(/expiry-date="([^"]*)"/.exec(header ?? '')?.[1] ?? '');
  return Number.isNaN(date) ? undefined : date;
}
