import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  ListPartsCommand,
  type CompleteMultipartUploadCommandOutput,
} from '@aws-sdk/client-s3';
import type {
  CompletedObject,
  CompleteMultipartRequest,
  ListedPart,
  MultipartUpload,
  PutPartRequest,
  StoredObject,
  StoredPart,
} from '../ports/bucket';
import { combinedCrc32 } from '../checksums/crc32';
import { combinedCrc64Nvme } from '../checksums/crc64nvme';
import { crc32Aside, crc64NvmeAside } from '../checksums/hashAside';
import { Failure } from '../failures/failure';
import { isDigestEtag, plainEtag, required } from './answerField';
import { BodyDigest } from './bodyChecksum';
import { bodyRequest } from './bodyRequest';
import { conditionalWrite, type ConditionalWrite } from './conditionalWrite';
import { isByKms } from './encryption';
import { PagingGuard } from './pagingGuard';
import { verifyStored } from './verifyStored';
import type { BucketContext } from './bucketContext';
import { mayRefuseConditions } from './refusedHeader';
import { storeRequest } from './storeRequest';
import { noteCompleted, refusedForChecksum } from './suspectedChecksum';

/** Stores one part, verified by the store's answer. */
export async function putPart(
  context: BucketContext,
  { upload, partNumber, body, signal, onSent }: PutPartRequest,
): Promise<StoredPart> {
  const { client, name } = context;
  const { key, uploadId, checksum } = upload;
  const digest = new BodyDigest(body, {
    ...(checksum === 'crc32' && { crc32: await crc32Aside(body) }),
    ...(checksum === 'crc64nvme' && { crc64nvme: await crc64NvmeAside(body) }),
  });
  const algorithm = checksum === 'none' ? 'crc32' : checksum;
  return bodyRequest(context, { key, body, signal, onSent }, async (_attempt, newBody, sending) => {
    const { headers } = await client
      .request(
        {
          method: 'PUT',
          bucket: name,
          key,
          query: { partNumber: String(partNumber), uploadId },
          headers: digest.headers(checksum === 'none' ? 'md5' : 'checksum', algorithm),
          body: newBody(),
        },
        sending,
      )
      .catch((error: unknown) => {
        throw refusedForChecksum(context.capabilities, upload, error);
      });
    const etag = plainEtag(headers['etag']);
    const told = headers[`x-amz-checksum-${algorithm}`];
    // A part cannot be read back: where the answer shows nothing of its bytes, the whole is.
    const isDigest = isDigestEtag(etag) && (!isByKms(context) || digest.hasSameDigest(etag));
    const isUnverifiable = told === undefined && !isDigest;
    const answered = { etag, crc32: undefined, ...(told !== undefined && { [algorithm]: told }) };
    if (!isUnverifiable && !digest.matches(answered)) {
      throw new Failure('not-verified', key, `the store answered ETag ${etag}`);
    }
    const crc32 = checksum === 'crc32' || isUnverifiable ? digest.crc32 : undefined;
    const part = { partNumber, size: body.byteLength, etag, crc32 };
    return checksum === 'crc64nvme' ? { ...part, crc64nvme: digest.crc64nvme } : part;
  });
}

/** Lists the parts that have arrived, page by page. */
export async function* listParts(
  { client, endpoint, name }: BucketContext,
  { key, uploadId }: Pick<MultipartUpload, 'key' | 'uploadId'>,
  signal: AbortSignal,
): AsyncGenerator<readonly ListedPart[]> {
  const guard = new PagingGuard(endpoint);
  let after: string | undefined;
  for (;;) {
    const page = await storeRequest({ endpoint, bucket: name, key }, signal, () =>
      client.send(
        new ListPartsCommand({
          Bucket: name,
          Key: key,
          UploadId: uploadId,
          PartNumberMarker: after,
        }),
        { abortSignal: signal },
      ),
    );
    const { Parts: listed = [] } = page;
    const parts = listed.map(part => ({
      partNumber: required(part.PartNumber, 'PartNumber'),
      size: required(part.Size, 'Size'),
      etag: plainEtag(part.ETag),
      crc32: part.ChecksumCRC32,
      ...(part.ChecksumCRC64NVME !== undefined && { crc64nvme: part.ChecksumCRC64NVME }),
    }));
    yield parts;
    if (page.IsTruncated !== true) return;
    const numbers = parts.map(({ partNumber }) => String(partNumber));
    after = guard.follow(page.NextPartNumberMarker, numbers);
  }
}

/** Makes the parts the object, and verifies it. */
export async function completeUpload(
  context: BucketContext,
  { upload, parts: sent, size, condition, signal }: CompleteMultipartRequest,
): Promise<CompletedObject> {
  const { client, endpoint, breaker, name } = context;
  const { key, uploadId } = upload;
  const etag = etagOfParts(sent.map(part => part.etag));
  const crc32 = upload.checksum === 'crc32' ? crc32OfParts(sent) : undefined;
  const crc64nvme = upload.checksum === 'crc64nvme' ? crc64NvmeOfParts(sent) : undefined;
  const isGuarded = crc32 !== undefined || crc64nvme !== undefined;
  const hasSameDigest = (told: string) => told === etag;
  const write: ConditionalWrite = {
    kind: 'completion',
    key,
    size,
    isOwn(told) {
      if (told.crc64nvme !== undefined && crc64nvme !== undefined) {
        return told.crc64nvme === crc64nvme;
      }
      if (told.crc32 !== undefined && crc32 !== undefined) return told.crc32 === crc32;
      return hasSameDigest(told.etag);
    },
    hasSameDigest,
    condition,
    signal,
  };
  const completion = { wasAnswered: false };
  const stored = await storeRequest(
    { endpoint, bucket: name, key },
    signal,
    attempt =>
      conditionalWrite(context, write, attempt, async headers => {
        const answer = await restartWhereRefused(
          context,
          upload,
          client.send(
            new CompleteMultipartUploadCommand({
              Bucket: name,
              Key: key,
              UploadId: uploadId,
              MultipartUpload: {
                Parts: sent.map(part => ({
                  PartNumber: part.partNumber,
                  ETag: part.etag,
                  ...(crc32 !== undefined && { ChecksumCRC32: part.crc32 }),
                  ...(crc64nvme !== undefined && { ChecksumCRC64NVME: part.crc64nvme }),
                })),
              },
              ChecksumCRC32: crc32,
              ChecksumCRC64NVME: crc64nvme,
              ...(isGuarded && { ChecksumType: 'FULL_OBJECT', MpuObjectSize: size }),
              ...headers,
            }),
            { abortSignal: signal },
          ),
        );
        completion.wasAnswered = true;
        noteCompleted(context.capabilities, upload.checksum);
        return toStored(answer);
      }),
    { breaker },
  );
  if (write.isOwn(stored)) return { ...stored, wasFound: !completion.wasAnswered };
  // Not every store makes the ETag from the parts' ETags; then the object itself is verified.
  const whole = crc32OfParts(sent);
  // Where each part was confirmed, its size says enough.
  const isConfirmed = !isByKms(context) && sent.every(part => isDigestEtag(part.etag));
  const verified = await verifyStored(
    context,
    { key, size, crc32: whole, crc64nvme, signal },
    stored,
    isConfirmed ? 'size' : 'bytes',
  );
  if (verified !== undefined) return verified;
  // Not tried again: the upload is gone, whatever it has become.
  throw new Failure('not-verified', key, `the store answered ETag ${stored.etag}`);
}

function toStored({
  ETag: etag,
  VersionId: versionId,
  ChecksumType: type,
  ChecksumCRC32: crc32,
  ChecksumCRC64NVME: crc64nvme,
}: CompleteMultipartUploadCommandOutput): StoredObject {
  const stored = { etag: plainEtag(etag), versionId };
  if (type === 'COMPOSITE') return { ...stored, crc32: undefined };
  return { ...stored, crc32, ...(crc64nvme !== undefined && { crc64nvme }) };
}

/** Returns the checksum of the whole, where that of each part is known. */
function crc32OfParts(parts: readonly StoredPart[]): string | undefined {
  const known = parts.flatMap(({ size, crc32 }) => (crc32 === undefined ? [] : { size, crc32 }));
  return known.length === parts.length ? combinedCrc32(known) : undefined;
}

function crc64NvmeOfParts(parts: readonly StoredPart[]): string | undefined {
  const known = parts.flatMap(({ size, crc64nvme }) =>
    crc64nvme === undefined ? [] : { size, crc64nvme },
  );
  return known.length === parts.length ? combinedCrc64Nvme(known) : undefined;
}

/** Aborts an upload; one that is gone already is no failure. */
export async function abortUpload(
  { client, endpoint, name }: BucketContext,
  { key, uploadId }: Pick<MultipartUpload, 'key' | 'uploadId'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await storeRequest({ endpoint, bucket: name, key }, signal, () =>
      client.send(new AbortMultipartUploadCommand({ Bucket: name, Key: key, UploadId: uploadId }), {
        abortSignal: signal,
      }),
    );
  } catch (error) {
    if (error instanceof Failure && goneCodes.has(error.code)) return;
    throw error;
  }
}

const goneCodes = new Set(['no-such-upload', 'no-such-key']);

/**
 * Returns the ETag that S3 gives to an object of these parts: the MD5 of their MD5s, and their number
 * (S3's page "Checking object integrity").
 */
function etagOfParts(partEtags: readonly string[]): string {
  const hash = createHash('md5');
  for (const etag of partEtags) hash.update(Buffer.from(etag, 'hex'));
  return `${hash.digest('hex')}-${String(partEtags.length)}`;
}

/**
 * Throws `no-such-upload` where the upload must be begun anew. S3 asks for that where the completion
 * met another write, whereas a put may be sent again (S3's page "How to prevent object overwrites
 * with conditional writes", on 409 Conflict). Some stores, S3Mock among them, accept the checksums
 * of the parts and refuse that of the whole.
 */
async function restartWhereRefused<T>(
  { capabilities }: BucketContext,
  upload: MultipartUpload,
  completing: Promise<T>,
): Promise<T> {
  try {
    return await completing;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalRequestConflict') {
      throw new Failure('no-such-upload', upload.key, error);
    }
    throw mayRefuseConditions(error) ? error : refusedForChecksum(capabilities, upload, error);
  }
}
