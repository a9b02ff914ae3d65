import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { PutRequest, StoredObject } from '../ports/bucket';
import { Failure } from '../failures/failure';
import { bodyDigest } from './bodyDigest';
import { bodyRequest } from './bodyRequest';
import {
  conditionalWrite,
  toStored,
  type ConditionalWrite,
  type ConditionHeaders,
} from './conditionalWrite';
import { withChecksum } from './checksumNegotiation';
import { readBack } from './readBackObject';
import type { BucketContext } from './bucketContext';

/** Stores a body in one request, verified by the store's answer or, where that says nothing, by reading it back. */
export async function putObject(
  context: BucketContext,
  { key, body, condition, attributes, signal, onSent }: PutRequest,
): Promise<StoredObject> {
  const { client, traits, name } = context;
  const proof = bodyDigest(body);
  const size = body.byteLength;
  const write: ConditionalWrite = {
    kind: 'put',
    key,
    size,
    isOwn: told => proof.matches(told),
    hasSameDigest: etag => proof.hasSameDigest(etag),
    condition,
    signal,
  };
  let wrongBefore: string | undefined;
  const outcome = await bodyRequest(
    context,
    { key, body, signal, onSent },
    async (attempt, pace, sending) => {
      const send = withChecksum(
        traits.crc32,
        'put',
        (guard, headers: ConditionHeaders) =>
          client.send(
            pace(
              new PutObjectCommand({
                Bucket: name,
                Key: key,
                Body: body,
                ContentLength: size,
                ContentType: attributes.contentType,
                Metadata: attributes.metadata,
                ...proof.headers(guard),
                ...headers,
              }),
            ),
            { abortSignal: sending },
          ),
        answer => toStored(answer).crc32 === proof.crc32,
      );
      const stored = await conditionalWrite(context, write, attempt, send);
      if (proof.matches(stored)) return stored;
      const settled = await readBack(
        context,
        { key, size, crc32: proof.crc32, signal },
        stored,
        'bytes',
      );
      if (settled !== undefined) return settled;
      const told = `the store answered ETag ${stored.etag}`;
      const failure = new Failure('not-verified', key, told);
      // Twice the same from different requests: it is not the way there that damages the bytes.
      if (told === wrongBefore) return failure;
      wrongBefore = told;
      // What stands there now is our own, damaged: the next attempt is to replace just that.
      write.condition = { kind: 'unchanged', etag: stored.etag };
      throw failure;
    },
  );
  if (outcome instanceof Failure) throw outcome;
  return outcome;
}
