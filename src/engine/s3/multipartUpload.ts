import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type {
  CompleteMultipartRequest,
  ListedPart,
  MultipartUpload,
  PutPartRequest,
  StartMultipartRequest,
  StoredObject,
  StoredPart,
} from '../bucket';
import { Failure } from '../failure';
import { plainEtag, required } from './answerField';
import { bodyRequest } from './bodyRequest';
import { conditionalWrite, type ConditionalWrite } from './conditionalWrite';
import { headObject } from './readObject';
import type { S3BucketParts } from './s3Bucket';
import { storeRequest } from './storeRequest';

/** Begins an upload in parts. */
export function startUpload(
  { client, endpoint, name }: S3BucketParts,
  { key, attributes, signal }: StartMultipartRequest,
): Promise<MultipartUpload> {
  return storeRequest({ endpoint, bucket: name, key }, signal, async () => {
    const answer = await client.send(
      new CreateMultipartUploadCommand({
        Bucket: name,
        Key: key,
        ContentType: attributes.contentType,
        Metadata: attributes.metadata,
      }),
      { abortSignal: signal },
    );
    return { key, uploadId: required(answer.UploadId, 'UploadId') };
  });
}

/** Stores one part, verified by the store's answer. */
export function putPart(
  parts: S3BucketParts,
  { upload, partNumber, body, signal, onSent }: PutPartRequest,
): Promise<StoredPart> {
  const { client, traits, name } = parts;
  const { key, uploadId } = upload;
  const md5 = createHash('md5').update(body).digest();
  return bodyRequest(parts, { key, body, signal, onSent }, async (_attempt, pace, sending) => {
    const answer = await client.send(
      pace(
        new UploadPartCommand({
          Bucket: name,
          Key: key,
          UploadId: uploadId,
          PartNumber: partNumber,
          Body: body,
          ContentLength: body.byteLength,
          ContentMD5: md5.toString('base64'),
        }),
      ),
      { abortSignal: sending },
    );
    const etag = plainEtag(answer.ETag);
    // Stores that keep checksums refuse bytes that do not fit Content-MD5; others may not even
    // look at it, but their ETag is the MD5 of what they have stored.
    if (!traits.takesChecksums && etag !== md5.toString('hex')) {
      throw new Failure('not-verified', key, `the store answered ETag ${etag}`);
    }
    return { partNumber, etag };
  });
}

/** The parts that have arrived. */
export async function* listParts(
  { client, endpoint, name }: S3BucketParts,
  { key, uploadId }: MultipartUpload,
  signal: AbortSignal,
): AsyncGenerator<readonly ListedPart[]> {
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
    yield (page.Parts ?? []).map(part => ({
      partNumber: required(part.PartNumber, 'PartNumber'),
      size: required(part.Size, 'Size'),
      etag: plainEtag(part.ETag),
      crc32: part.ChecksumCRC32,
    }));
    if (page.IsTruncated !== true) return;
    const next = page.NextPartNumberMarker;
    if (next === undefined || next === after) {
      throw new Failure('store-error', endpoint, 'a list page without a way to the next one');
    }
    after = next;
  }
}

/** Makes the parts the object. */
export function completeUpload(
  parts: S3BucketParts,
  { upload, parts: sent, size, condition, signal }: CompleteMultipartRequest,
): Promise<StoredObject> {
  const { client, endpoint, traits, name } = parts;
  const { key, uploadId } = upload;
  const etag = etagOfParts(sent.map(part => part.etag));
  const write: ConditionalWrite = { key, size, etag, crc32: undefined, condition, signal };
  return storeRequest({ endpoint, bucket: name, key }, signal, attempt =>
    conditionalWrite(
      parts,
      write,
      attempt,
      headers =>
        client.send(
          new CompleteMultipartUploadCommand({
            Bucket: name,
            Key: key,
            UploadId: uploadId,
            MultipartUpload: {
              Parts: sent.map(part => ({ PartNumber: part.partNumber, ETag: part.etag })),
            },
            ...(traits.takesChecksums ? { MpuObjectSize: size } : {}),
            ...headers,
          }),
          { abortSignal: signal },
        ),
      async (_answer, stored) => {
        if (stored.etag === etag) return stored;
        // Not every store makes the ETag from the parts' ETags; then the object itself is looked at.
        const present = await headObject(parts, { key, signal });
        if (present?.etag === stored.etag && present.size === size) return stored;
        throw new Failure('not-verified', key, `the store answered ETag ${stored.etag}`);
      },
    ),
  );
}

/** Gives an upload up; one that is gone already is no failure. */
export async function abortUpload(
  { client, endpoint, name }: S3BucketParts,
  { key, uploadId }: MultipartUpload,
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

/** How S3 derives a multipart object's ETag from those of its parts. */
function etagOfParts(partEtags: readonly string[]): string {
  const hash = createHash('md5');
  for (const etag of partEtags) hash.update(Buffer.from(etag, 'hex'));
  return `${hash.digest('hex')}-${String(partEtags.length)}`;
}
