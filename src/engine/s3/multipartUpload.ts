import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  type CompleteMultipartUploadCommandOutput,
  type CreateMultipartUploadCommandOutput,
} from '@aws-sdk/client-s3';
import type {
  CompletedObject,
  CompleteMultipartRequest,
  ListedPart,
  MultipartUpload,
  PutPartRequest,
  StartMultipartRequest,
  StoredObject,
  StoredPart,
} from '../ports/bucket';
import { combinedCrc32 } from '../checksums/crc32';
import { crc32Aside } from '../checksums/hashAside';
import { Failure } from '../failures/failure';
import { isDigestEtag, plainEtag, required } from './answerField';
import { BodyDigest, withChecksum } from './bodyChecksum';
import { bodyRequest } from './bodyRequest';
import { conditionalWrite, type ConditionalWrite } from './conditionalWrite';
import { PagingGuard } from './pagingGuard';
import { verifyStored } from './verifyStored';
import type { BucketContext } from './bucketContext';
import { mayRefuseChecksum, mayRefuseConditions } from './refusedHeader';
import { storageFields } from './storageHeaders';
import { storeRequest } from './storeRequest';

/** Starts an upload in parts, with a CRC32 over the whole where the store supports that. */
export async function startUpload(
  context: BucketContext,
  { key, attributes, signal }: StartMultipartRequest,
): Promise<MultipartUpload> {
  const { client, endpoint, capabilities, breaker, name, storage } = context;
  const start = (): Promise<Begun> =>
    storeRequest(
      { endpoint, bucket: name, key },
      signal,
      () =>
        withChecksum({
          support: capabilities.checksums,
          kind: 'upload',
          async send(checksum) {
            const answer = await client.send(
              new CreateMultipartUploadCommand({
                Bucket: name,
                Key: key,
                ContentType: attributes.contentType,
                Metadata: attributes.metadata,
                ...storageFields(storage),
                ...(checksum === 'md5'
                  ? {}
                  : { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }),
              }),
              { abortSignal: signal },
            );
            return { ...answer, UploadId: required(answer.UploadId, 'UploadId') };
          },
          isConfirmed: isOfWhole,
        })(),
      { breaker },
    );
  const answer = await start();
  const upload = toUpload(key, answer);
  // A store that supports composite checksums only would insist on them for this upload.
  if (answer.ChecksumAlgorithm === undefined || upload.takesCrc32) return upload;
  capabilities.checksums.upload = 'unsupported';
  await abortUpload(context, upload, signal);
  return toUpload(key, await start());
}

type Begun = CreateMultipartUploadCommandOutput & { readonly UploadId: string };

function toUpload(key: string, answer: Begun): MultipartUpload {
  return {
    key,
    uploadId: answer.UploadId,
    takesCrc32: isOfWhole(answer),
  };
}

function isOfWhole(answer: CreateMultipartUploadCommandOutput): boolean {
  return answer.ChecksumAlgorithm === 'CRC32' && answer.ChecksumType === 'FULL_OBJECT';
}

/** Stores one part, verified by the store's answer. */
export async function putPart(
  context: BucketContext,
  { upload, partNumber, body, signal, onSent }: PutPartRequest,
): Promise<StoredPart> {
  const { client, name } = context;
  const { key, uploadId, takesCrc32 } = upload;
  const digest = new BodyDigest(body, takesCrc32 ? { crc32: await crc32Aside(body) } : {});
  return bodyRequest(context, { key, body, signal, onSent }, async (_attempt, newBody, sending) => {
    const { headers } = await client.request(
      {
        method: 'PUT',
        bucket: name,
        key,
        query: { partNumber: String(partNumber), uploadId },
        headers: digest.headers(takesCrc32 ? 'checksum' : 'md5'),
        body: newBody(),
      },
      sending,
    );
    const etag = plainEtag(headers['etag']);
    const told = headers['x-amz-checksum-crc32'];
    // A part cannot be read back: where the answer shows nothing of its bytes, the whole is.
    const isUnverifiable = told === undefined && !isDigestEtag(etag);
    if (!isUnverifiable && !digest.matches({ etag, crc32: told })) {
      throw new Failure('not-verified', key, `the store answered ETag ${etag}`);
    }
    const crc32 = takesCrc32 || isUnverifiable ? digest.crc32 : undefined;
    return { partNumber, size: body.byteLength, etag, crc32 };
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
  const crc32 = upload.takesCrc32 ? crc32OfParts(sent) : undefined;
  const hasSameDigest = (told: string) => told === etag;
  const write: ConditionalWrite = {
    kind: 'completion',
    key,
    size,
    isOwn: told =>
      told.crc32 === undefined || crc32 === undefined
        ? hasSameDigest(told.etag)
        : told.crc32 === crc32,
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
                  ...(crc32 === undefined ? {} : { ChecksumCRC32: part.crc32 }),
                })),
              },
              ...(crc32 === undefined ? {} : { ChecksumCRC32: crc32, ChecksumType: 'FULL_OBJECT' }),
              ...(upload.takesCrc32 ? { MpuObjectSize: size } : {}),
              ...headers,
            }),
            { abortSignal: signal },
          ),
        );
        completion.wasAnswered = true;
        return toStored(answer);
      }),
    { breaker },
  );
  if (write.isOwn(stored)) return { ...stored, wasFound: !completion.wasAnswered };
  // Not every store makes the ETag from the parts' ETags; then the object itself is verified.
  const whole = crc32OfParts(sent);
  // Where each part was confirmed, its size says enough.
  const isConfirmed = sent.every(part => isDigestEtag(part.etag));
  const verified = await verifyStored(
    context,
    { key, size, crc32: whole, signal },
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
}: CompleteMultipartUploadCommandOutput): StoredObject {
  return { etag: plainEtag(etag), versionId, crc32: type === 'COMPOSITE' ? undefined : crc32 };
}

/** Returns the CRC32 of the whole, where that of each part is known. */
function crc32OfParts(parts: readonly StoredPart[]): string | undefined {
  const pieces: { readonly size: number; readonly crc32: string }[] = [];
  for (const { size, crc32 } of parts) {
    if (crc32 === undefined) return undefined;
    pieces.push({ size, crc32 });
  }
  return combinedCrc32(pieces);
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
 * with conditional writes", on 409 Conflict). Some stores, S3Mock among them, accept the CRC32s of
 * the parts and refuse that of the whole; the next upload is sent without.
 */
async function restartWhereRefused<T>(
  { capabilities }: BucketContext,
  { key, takesCrc32 }: MultipartUpload,
  completing: Promise<T>,
): Promise<T> {
  try {
    return await completing;
  } catch (error) {
    const isConflict = error instanceof Error && error.name === 'ConditionalRequestConflict';
    const isCrc32Refused = takesCrc32 && !mayRefuseConditions(error) && mayRefuseChecksum(error);
    if (isCrc32Refused) capabilities.checksums.upload = 'unsupported';
    throw isConflict || isCrc32Refused ? new Failure('no-such-upload', key, error) : error;
  }
}
