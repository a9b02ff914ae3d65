import type { ObjectAttributes, PutRequest, StoredObject } from '../ports/bucket';
import { Failure } from '../failures/failure';
import { BodyDigest, withChecksum } from './bodyChecksum';
import { bodyRequest } from './bodyRequest';
import { plainEtag } from './answerField';
import { conditionalWrite, type ConditionalWrite, type ConditionHeaders } from './conditionalWrite';
import type { DirectAnswer, DirectRequest } from './directClient';
import type { RequestBody } from './httpExchange';
import { pacedBody } from './pacedBody';
import { probeConditions } from './probeConditions';
import { storageHeaders } from './storageHeaders';
import { verifyStored } from './verifyStored';
import type { BucketContext } from './bucketContext';

/** Stores a body in one request. It is verified by the answer or, where that shows nothing, by reading. */
export async function putObject(
  context: BucketContext,
  { key, body, sha256, condition, attributes, signal, onSent }: PutRequest,
): Promise<StoredObject> {
  const { client, capabilities, name, storage, traffic } = context;
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
  /** One sending, with what more than the attributes stands in its headers. */
  const sendPut = async (
    headers: DirectRequest['headers'],
    sent: RequestBody,
    sending: AbortSignal,
  ): Promise<StoredObject> => {
    const all = { ...attributeHeaders(attributes), ...storageHeaders(storage), ...headers };
    const request = { method: 'PUT', bucket: name, key, headers: all, body: sent, sha256 } as const;
    return storedBy((await client.request(request, sending)).headers);
  };
  let previousCause: string | undefined;
  const creation = { wasConditional: false };
  const outcome = await bodyRequest(
    context,
    { key, body, signal, onSent },
    async (attempt, newBody, sending) => {
      const send = withChecksum({
        support: capabilities.checksums,
        kind: 'put',
        send: async (checksum, { IfNoneMatch, IfMatch }: ConditionHeaders) => {
          const stored = await sendPut(
            {
              ...digest.headers(checksum),
              'if-none-match': IfNoneMatch,
              'if-match': IfMatch,
            },
            newBody(),
            sending,
          );
          creation.wasConditional = IfNoneMatch !== undefined;
          return stored;
        },
        isConfirmed: stored => stored.crc32 === digest.crc32,
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
  const isDigest = digest.hasSameDigest(outcome.etag);
  capabilities.shown['digest-etags'] = isDigest ? 'supported' : 'unsupported';
  if (!creation.wasConditional || !digest.matches(outcome)) return outcome;
  const checksum = capabilities.checksums.put === 'supported' ? 'crc32' : 'md5';
  const now = await probeConditions(context, {
    key,
    size,
    stored: outcome,
    signal,
    putAgain: probing =>
      traffic.send(size, signal, sending => {
        const again = pacedBody({ body, traffic, signal: sending.signal, onSent: () => undefined });
        const headers = { ...digest.headers(checksum), ...probing };
        return sendPut(headers, again, sending.signal);
      }),
  });
  return digest.matches(now) ? now : outcome;
}

function attributeHeaders({ contentType, metadata }: ObjectAttributes): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': contentType };
  for (const name in metadata) headers[`x-amz-meta-${name.toLowerCase()}`] = metadata[name] ?? '';
  return headers;
}

function storedBy(headers: DirectAnswer['headers']): StoredObject {
  const isOfWhole = headers['x-amz-checksum-type'] !== 'COMPOSITE';
  return {
    etag: plainEtag(headers['etag']),
    versionId: headers['x-amz-version-id'],
    crc32: isOfWhole ? headers['x-amz-checksum-crc32'] : undefined,
  };
}
