import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { PutRequest, StoredObject } from '../bucket';
import { Failure } from '../failure';
import { bodyProof } from './bodyProof';
import { bodyRequest } from './bodyRequest';
import { conditionalWrite, type ConditionalWrite } from './conditionalWrite';
import { guarded } from './guard';
import type { S3BucketParts } from './s3Bucket';

/** Stores a body in one request, verified by the store's answer. */
export function putObject(
  parts: S3BucketParts,
  { key, body, condition, attributes, signal, onSent }: PutRequest,
): Promise<StoredObject> {
  const { client, traits, name } = parts;
  const proof = bodyProof(body);
  const write: ConditionalWrite = {
    key,
    size: body.byteLength,
    isOwn: told => proof.isOwn(told),
    condition,
    signal,
  };
  return bodyRequest(parts, { key, body, signal, onSent }, async (attempt, pace, sending) => {
    const stored = await conditionalWrite(parts, write, attempt, headers =>
      guarded(
        traits.crc32,
        'put',
        guard =>
          client.send(
            pace(
              new PutObjectCommand({
                Bucket: name,
                Key: key,
                Body: body,
                ContentLength: body.byteLength,
                ContentType: attributes.contentType,
                Metadata: attributes.metadata,
                ...proof.headers(guard),
                ...headers,
              }),
            ),
            { abortSignal: sending },
          ),
        answer => answer.ChecksumCRC32 === proof.crc32,
      ),
    );
    if (proof.isOwn(stored)) return stored;
    // What stands there now is our own, damaged: the next attempt is to replace just that.
    write.condition = { kind: 'unchanged', etag: stored.etag };
    throw new Failure('not-verified', key, `the store answered ETag ${stored.etag}`);
  });
}
