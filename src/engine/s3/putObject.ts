import type { ObjectAttributes, PutRequest, StoredObject } from '../ports/bucket';
import { Failure } from '../failures/failure';
import { BodyDigest, withChecksum } from './bodyChecksum';
import { bodyRequest } from './bodyRequest';
import { isByKms, learnEncryption } from './encryption';
import { plainEtag } from './answerField';
import {
  conditionalWrite,
  lookAgain,
  type ConditionalWrite,
  type ConditionHeaders,
} from './conditionalWrite';
import { noteDigestEtag, unlessContradicted } from './digestEtags';
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
  const digest = new BodyDigest(body, { sha256 });
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
    const answer = (await client.request(request, sending)).headers;
    learnEncryption(context, answer['x-amz-server-side-encryption']);
    return storedBy(answer);
  };
  let previousCause: string | undefined;
  const creation = { wasConditional: false };
  const outcome = await bodyRequest(
    context,
    { key, body, signal, onSent },
    async (attempt, newBody, sending) => {
      const sendWith = async (
        checksum: Readonly<Record<string, string>>,
        { IfNoneMatch, IfMatch }: ConditionHeaders,
      ): Promise<StoredObject> => {
        const conditions = { 'if-none-match': IfNoneMatch, 'if-match': IfMatch };
        const stored = await sendPut({ ...checksum, ...conditions }, newBody(), sending);
        creation.wasConditional = IfNoneMatch !== undefined;
        return stored;
      };
      const support = capabilities.checksums;
      const beforeAnother = () => lookAgain(context, write, attempt);
      const sendWithCrc32 = withChecksum({
        support,
        kind: 'put',
        send: (checksum, headers: ConditionHeaders) => sendWith(digest.headers(checksum), headers),
        beforeAnother,
        isConfirmed: stored => stored.crc32 === digest.crc32,
      });
      const sendWithSha256 = withChecksum({
        support,
        kind: 'sha256',
        send: (checksum, headers: ConditionHeaders) =>
          checksum === 'md5'
            ? sendWithCrc32(headers)
            : sendWith(digest.headers(checksum, 'sha256'), headers),
        beforeAnother,
        isConfirmed: stored => stored.sha256 === digest.sha256,
      });
      // No ETag will tell another computer what the copy consists of, and a CRC32 proves too little.
      const send = isByKms(context) ? sendWithSha256 : sendWithCrc32;
      const stored = await conditionalWrite(context, write, attempt, send);
      const written = { key, size, crc32: digest.crc32, signal };
      const verified = digest.matches(stored)
        ? await unlessContradicted(context, { key, digest, signal }, stored)
        : await verifyStored(context, written, stored, 'bytes');
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
  const stored = withCrc32(outcome, digest);
  noteDigestEtag(context, digest, stored.etag);
  if (!creation.wasConditional || !digest.matches(stored)) return stored;
  const guards = guardsOf(context, digest);
  const now = await probeConditions(context, {
    key,
    size,
    stored,
    signal,
    putAgain: probing =>
      traffic.send(size, signal, sending => {
        const again = pacedBody({ body, traffic, signal: sending.signal, onSent: () => undefined });
        const headers = { ...guards, ...probing };
        return sendPut(headers, again, sending.signal);
      }),
  });
  return digest.matches(now) ? withCrc32(now, digest) : stored;
}

/** What is known to be taken with a body, without another try. */
function guardsOf(context: BucketContext, digest: BodyDigest): Readonly<Record<string, string>> {
  const { put, sha256 } = context.capabilities.checksums;
  if (isByKms(context) && sha256 === 'supported') return digest.headers('checksum', 'sha256');
  return digest.headers(put === 'supported' ? 'checksum' : 'md5');
}

/** A receipt is to say, by its CRC32, that it rests on the answer of the store alone. */
function withCrc32(stored: StoredObject, digest: BodyDigest): StoredObject {
  const isConfirmed = stored.sha256 !== undefined && stored.sha256 === digest.sha256;
  return isConfirmed ? { ...stored, crc32: digest.crc32 } : stored;
}

function attributeHeaders({ contentType, metadata }: ObjectAttributes): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': contentType };
  for (const name in metadata) headers[`x-amz-meta-${name.toLowerCase()}`] = metadata[name] ?? '';
  return headers;
}

function storedBy(headers: DirectAnswer['headers']): StoredObject {
  const isOfWhole = headers['x-amz-checksum-type'] !== 'COMPOSITE';
  const sha256 = isOfWhole ? headers['x-amz-checksum-sha256'] : undefined;
  return {
    etag: plainEtag(headers['etag']),
    versionId: headers['x-amz-version-id'],
    crc32: isOfWhole ? headers['x-amz-checksum-crc32'] : undefined,
    ...(sha256 !== undefined && { sha256 }),
  };
}
