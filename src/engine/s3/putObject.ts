import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { PutRequest, StoredObject } from '../bucket';
import { Failure } from '../failure';
import { bodyRequest } from './bodyRequest';
import { conditionalWrite, type ConditionalWrite } from './conditionalWrite';
import type { S3BucketParts } from './s3Bucket';

/** Stores a body in one request, verified by the store's answer. */
export function putObject(
  parts: S3BucketParts,
  { key, body, condition, attributes, signal, onSent }: PutRequest,
): Promise<StoredObject> {
  const { client, traits, name } = parts;
  const md5 = createHash('md5').update(body).digest();
  const etag = md5.toString('hex');
  const checksum = traits.takesChecksums ? base64Crc32(body) : undefined;
  const write: ConditionalWrite = {
    key,
    size: body.byteLength,
    etag,
    crc32: checksum,
    condition,
    signal,
  };
  return bodyRequest(parts, { key, body, signal, onSent }, (attempt, pace, sending) =>
    conditionalWrite(
      parts,
      write,
      attempt,
      headers =>
        client.send(
          pace(
            new PutObjectCommand({
              Bucket: name,
              Key: key,
              Body: body,
              ContentLength: body.byteLength,
              ContentMD5: md5.toString('base64'),
              ContentType: attributes.contentType,
              Metadata: attributes.metadata,
              ...(checksum === undefined ? {} : { ChecksumCRC32: checksum }),
              ...headers,
            }),
          ),
          { abortSignal: sending },
        ),
      (answer, stored) => {
        if (stored.etag === etag) return stored;
        if (checksum !== undefined && answer.ChecksumCRC32 === checksum) return stored;
        // What stands there now is our own, damaged: the next attempt is to replace just that.
        write.condition = { kind: 'unchanged', etag: stored.etag };
        throw new Failure('not-verified', key, `the store answered ETag ${stored.etag}`);
      },
    ),
  );
}

function base64Crc32(body: Uint8Array): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}
