import {
  GetObjectCommand,
  HeadObjectCommand,
  type GetObjectCommandOutput,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import type { GetRequest, ObjectContent, ObjectHead } from '../bucket';
import { fromStoreError, type RequestSubject } from '../errorMapping';
import { Failure } from '../failure';
import { partsOf } from '../multipartEtag';
import { plainEtag, required } from './answerField';
import type { S3BucketParts } from './s3Bucket';
import { storeRequest } from './storeRequest';

/** What the store says of an object; `undefined` where there is none. */
export async function headObject(
  { client, endpoint, name }: S3BucketParts,
  key: string,
  signal: AbortSignal,
): Promise<ObjectHead | undefined> {
  try {
    return await storeRequest({ endpoint, bucket: name, key }, signal, async () =>
      toHead(
        await client.send(
          new HeadObjectCommand({ Bucket: name, Key: key, ChecksumMode: 'ENABLED' }),
          { abortSignal: signal },
        ),
      ),
    );
  } catch (error) {
    if (error instanceof Failure && error.code === 'no-such-key') return undefined;
    throw error;
  }
}

/** An object's bytes, and what the store says of it. */
export async function getObject(
  { client, endpoint, name }: S3BucketParts,
  { key, ifMatch, signal }: GetRequest,
): Promise<ObjectContent> {
  const subject = { endpoint, bucket: name, key };
  const answer = await storeRequest(subject, signal, () =>
    client.send(
      new GetObjectCommand({
        Bucket: name,
        Key: key,
        ChecksumMode: 'ENABLED',
        ...(ifMatch === undefined ? {} : { IfMatch: `"${ifMatch}"` }),
      }),
      { abortSignal: signal },
    ),
  );
  return { head: toHead(answer), body: bytesOf(answer, subject, signal) };
}

function toHead(answer: HeadObjectCommandOutput | GetObjectCommandOutput): ObjectHead {
  // A checksum over the parts' checksums, which those of the bytes cannot be compared with.
  const isComposite =
    answer.ChecksumType === undefined
      ? partsOf(plainEtag(answer.ETag)) !== undefined
      : answer.ChecksumType === 'COMPOSITE';
  return {
    size: answer.ContentLength ?? 0,
    etag: plainEtag(answer.ETag),
    modifiedAt: required(answer.LastModified, 'Last-Modified').getTime(),
    contentType: answer.ContentType,
    metadata: answer.Metadata ?? {},
    storageClass: answer.StorageClass,
    versionId: answer.VersionId,
    crc32: isComposite ? undefined : answer.ChecksumCRC32,
    sha1: isComposite ? undefined : answer.ChecksumSHA1,
    sha256: isComposite ? undefined : answer.ChecksumSHA256,
    etagIsOpaque:
      answer.ServerSideEncryption?.startsWith('aws:kms') === true ||
      answer.SSECustomerAlgorithm !== undefined,
  };
}

async function* bytesOf(
  answer: GetObjectCommandOutput,
  subject: RequestSubject & { readonly key: string },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const body = answer.Body as
    (AsyncIterable<Uint8Array> & { destroy(error?: Error): void }) | undefined;
  if (body === undefined) return;
  const stop = () => {
    body.destroy(new Failure('cancelled', subject.key));
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    yield* body;
  } catch (error) {
    throw fromStoreError(error, subject);
  } finally {
    signal.removeEventListener('abort', stop);
    body.destroy();
  }
}
