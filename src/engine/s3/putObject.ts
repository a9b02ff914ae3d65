import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { PutRequest, StoredObject } from '../ports/bucket';
import { Failure } from '../failures/failure';
import { BodyDigest, withChecksum } from './bodyChecksum';
import { bodyRequest } from './bodyRequest';
import {
  conditionalWrite,
  toStored,
  type ConditionalWrite,
  type ConditionHeaders,
} from './conditionalWrite';
import { verifyStored } from './verifyStored';
import type { BucketContext } from './bucketContext';

/** Stores a body in one request. It is verified by the answer or, where that shows nothing, by reading. */
export async function putObject(
  context: BucketContext,
  { key, body, condition, attributes, signal, onSent }: PutRequest,
): Promise<StoredObject> {
  const { client, capabilities, name } = context;
  const digest = new BodyDigest(body);
  const size = body.byteLength;
  const write: ConditionalWrite = {
    kind: 'put',
    key,
    size,
    isOwn: stored => digest.matches(stored),
    hasSameDigest: etag => digest.hasSameDigest(etag),
    condition,
    signal,
  };
  let previousCause: string | undefined;
  const outcome = await bodyRequest(
    context,
    { key, body, signal, onSent },
    async (attempt, pace, sending) => {
      const send = withChecksum({
        support: capabilities.checksums,
        kind: 'put',
        send: (checksum, headers: ConditionHeaders) =>
          client.send(
            pace(
              new PutObjectCommand({
                Bucket: name,
                Key: key,
                Body: body,
                ContentLength: size,
                ContentType: attributes.contentType,
                Metadata: attributes.metadata,
                ...digest.headers(checksum),
                ...headers,
              }),
            ),
            { abortSignal: sending },
          ),
        isConfirmed: answer => toStored(answer).crc32 === digest.crc32,
      });
      const stored = await conditionalWrite(context, write, attempt, send);
      if (digest.matches(stored)) return stored;
      const verified = await verifyStored(
        context,
        { key, size, crc32: digest.crc32, signal },
        stored,
        'bytes',
      );
      if (verified !== undefined) return verified;
      const cause = `the store answered ETag ${stored.etag}`;
      const failure = new Failure('not-verified', key, cause);
      // Twice the same from different requests: it is not the network that damages the bytes.
      if (cause === previousCause) return failure;
      previousCause = cause;
      // What is there now is our own, damaged: the next attempt is to replace just that.
      write.condition = { kind: 'unchanged', etag: stored.etag };
      throw failure;
    },
  );
  if (outcome instanceof Failure) throw outcome;
  return outcome;
}
