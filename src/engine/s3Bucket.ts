import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
  type CompleteMultipartUploadCommandOutput,
  type GetObjectCommandOutput,
  type HeadObjectCommandOutput,
  type PutObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { attempt, type Attempt } from './attempt';
import { bodyStream } from './body';
import type {
  Bucket,
  CompleteMultipartRequest,
  Condition,
  ListRequest,
  ListedObject,
  ObjectHead,
  StoredObject,
} from './bucket';
import type { StoreTraits } from './connection';
import { fromStoreError, MalformedAnswer } from './errorMapping';
import { Failure } from './failure';
import { partsOf } from './multipartEtag';
import type { RegionalClient } from './regionalClient';
import type { Traffic } from './traffic';

/** The `Bucket` port over S3. */
export function s3Bucket({ client, endpoint, traits, traffic, name }: S3BucketParts): Bucket {
  /** Sends one request, tried up to four times; `key` is what a failure is about. */
  function request<T>(
    key: string | undefined,
    signal: AbortSignal,
    send: (attempt: Attempt) => Promise<T>,
    onAttempt?: (number: number) => void,
  ): Promise<T> {
    const subject = { endpoint, bucket: name, ...(key === undefined ? {} : { key }) };
    return attempt(
      async number => {
        try {
          return await send(number);
        } catch (error) {
          throw fromStoreError(error, subject);
        }
      },
      { subject: key ?? name, signal, ...(onAttempt && { onAttempt }) },
    );
  }

  /** Sends a request with a body, as the traffic lets it; a sending that was broken off counts. */
  function requestWithBody<T>(
    { key, body, signal, onSent = () => undefined }: BodySource,
    send: (attempt: Attempt, pace: Pace, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return request(key, signal, ({ number, uncertain }) =>
      traffic.send(body.byteLength, signal, async sending => {
        let sent = 0;
        const pace = pacedBy(() =>
          bodyStream({
            body,
            traffic,
            signal: sending.signal,
            onSent: bytes => {
              sent += bytes;
              onSent(bytes);
            },
          }),
        );
        try {
          const isUncertain = uncertain || sending.isRepeated;
          return await send({ number, uncertain: isUncertain }, pace, sending.signal);
        } catch (error) {
          onSent(-sent);
          throw error;
        }
      }),
    );
  }

  async function* list({
    prefix,
    pageSize,
    signal,
    onAttempt,
  }: ListRequest): AsyncGenerator<readonly ListedObject[]> {
    let token: string | undefined;
    for (;;) {
      const page = await request(
        undefined,
        signal,
        () =>
          client.send(
            new ListObjectsV2Command({
              Bucket: name,
              Prefix: prefix,
              // Without it, control characters in keys would make the answer unreadable.
              EncodingType: 'url',
              MaxKeys: pageSize,
              ContinuationToken: token,
            }),
            { abortSignal: signal },
          ),
        token === undefined ? onAttempt : undefined,
      );
      const decode = page.EncodingType === 'url' ? decodeKey : (key: string) => key;
      yield (page.Contents ?? []).map(entry => ({
        key: decode(required(entry.Key, 'Key')),
        size: required(entry.Size, 'Size'),
        etag: plainEtag(entry.ETag),
        modifiedAt: required(entry.LastModified, 'LastModified').getTime(),
        storageClass: entry.StorageClass,
      }));
      if (page.IsTruncated !== true) return;
      const next = page.NextContinuationToken;
      // An answer that says "there is more" and not where would otherwise look like the end.
      if (next === undefined || next === token) {
        throw new Failure('store-error', endpoint, 'a list page without a way to the next one');
      }
      token = next;
    }
  }

  async function head(key: string, signal: AbortSignal): Promise<ObjectHead | undefined> {
    try {
      return await request(key, signal, async () =>
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

  /**
   * What stands in the way of a write under a condition. It looks only where it has to: before
   * every write to a store that may ignore conditions, and after an attempt whose answer was lost.
   * Gives the object back where it is our own, from that lost attempt.
   */
  async function lookBeforeWriting(
    write: WriteAttempt,
    { uncertain }: Attempt,
  ): Promise<StoredObject | undefined> {
    if (traits.honoursConditions && !uncertain) return undefined;
    const present = await head(write.key, write.signal);
    if (present !== undefined && uncertain && present.size === write.size) {
      if (present.etag === write.etag || (present.crc32 ?? '') === write.crc32) {
        return { etag: present.etag, versionId: present.versionId, crc32: present.crc32 };
      }
    }
    if (holds(write.condition, present)) return undefined;
    if (present === undefined) await mustExist(write);
    throw new Failure('changed-in-cloud', write.key);
  }

  /** The answer to HEAD cannot say whether an object is missing or its whole bucket; a list can. */
  async function mustExist({ key, signal }: WriteAttempt): Promise<void> {
    try {
      await list({ prefix: key, pageSize: 1, signal }).next();
    } catch (error) {
      const isGone = error instanceof Failure && error.code === 'no-such-bucket';
      if (isGone || signal.aborted) throw error;
    }
  }

  /** Sends a conditional write; a refusal by the store teaches that it honours conditions. */
  async function conditionally<T>(write: WriteAttempt, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      const { code } = fromStoreError(error, { endpoint });
      if (code === 'changed-in-cloud') traits.honoursConditions = true;
      // The copy that should be replaced is gone.
      if (code === 'no-such-key' && write.condition.kind === 'unchanged') {
        throw new Failure('changed-in-cloud', write.key, error);
      }
      throw error;
    }
  }

  async function completeMultipart(complete: CompleteMultipartRequest): Promise<StoredObject> {
    const { upload, parts, size, condition, signal } = complete;
    const etag = etagOfParts(parts.map(part => part.etag));
    const write: WriteAttempt = {
      key: upload.key,
      size,
      etag,
      crc32: undefined,
      condition,
      signal,
    };
    return request(upload.key, signal, async number => {
      const own = await lookBeforeWriting(write, number);
      if (own !== undefined) return own;
      const answer = await conditionally(write, () =>
        client.send(
          new CompleteMultipartUploadCommand({
            Bucket: name,
            Key: upload.key,
            UploadId: upload.uploadId,
            MultipartUpload: {
              Parts: parts.map(part => ({ PartNumber: part.partNumber, ETag: part.etag })),
            },
            ...(traits.takesChecksums ? { MpuObjectSize: size } : {}),
            ...conditionHeaders(condition),
          }),
          { abortSignal: signal },
        ),
      );
      const stored = toStored(answer);
      if (stored.etag === etag) return stored;
      // Not every store makes the ETag from the parts' ETags; then the object itself is looked at.
      const present = await head(upload.key, signal);
      if (present?.etag === stored.etag && present.size === size) return stored;
      throw new Failure('not-verified', upload.key, `the store answered ETag ${stored.etag}`);
    });
  }

  return {
    name,
    get looksBeforeWriting() {
      return !traits.honoursConditions;
    },
    get clockOffset() {
      return traits.clockOffset;
    },
    list,
    head,
    completeMultipart,

    async get({ key, ifMatch, signal }) {
      const answer = await request(key, signal, () =>
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
      return {
        head: toHead(answer),
        body: bytesOf(answer, { endpoint, bucket: name, key }, signal),
      };
    },

    put({ key, body, condition, attributes, signal, onSent }) {
      const md5 = createHash('md5').update(body).digest();
      const etag = md5.toString('hex');
      const checksum = traits.takesChecksums ? base64Crc32(body) : undefined;
      const write: WriteAttempt = {
        key,
        size: body.byteLength,
        etag,
        crc32: checksum,
        condition,
        signal,
      };
      const source = { key, body, signal, ...(onSent && { onSent }) };
      return requestWithBody(source, async (number, pace, sending) => {
        const own = await lookBeforeWriting(write, number);
        if (own !== undefined) return own;
        const answer = await conditionally(write, () =>
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
                ...conditionHeaders(write.condition),
              }),
            ),
            { abortSignal: sending },
          ),
        );
        const stored = toStored(answer);
        if (stored.etag === etag) return stored;
        if (checksum !== undefined && answer.ChecksumCRC32 === checksum) return stored;
        // What stands there now is our own, damaged: the next attempt is to replace just that.
        write.condition = { kind: 'unchanged', etag: stored.etag };
        throw new Failure('not-verified', key, `the store answered ETag ${stored.etag}`);
      });
    },

    startMultipart({ key, attributes, signal }) {
      return request(key, signal, async () => {
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
    },

    putPart({ upload, partNumber, body, signal, onSent }) {
      const md5 = createHash('md5').update(body).digest();
      const source = { key: upload.key, body, signal, ...(onSent && { onSent }) };
      return requestWithBody(source, async (_attempt, pace, sending) => {
        const answer = await client.send(
          pace(
            new UploadPartCommand({
              Bucket: name,
              Key: upload.key,
              UploadId: upload.uploadId,
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
          throw new Failure('not-verified', upload.key, `the store answered ETag ${etag}`);
        }
        return { partNumber, etag };
      });
    },

    async abortMultipart(upload, signal) {
      try {
        await request(upload.key, signal, () =>
          client.send(
            new AbortMultipartUploadCommand({
              Bucket: name,
              Key: upload.key,
              UploadId: upload.uploadId,
            }),
            { abortSignal: signal },
          ),
        );
      } catch (error) {
        if (error instanceof Failure && goneCodes.has(error.code)) return;
        throw error;
      }
    },

    async versioning(signal) {
      try {
        const answer = await request(undefined, signal, () =>
          client.send(new GetBucketVersioningCommand({ Bucket: name }), { abortSignal: signal }),
        );
        if (answer.Status === 'Enabled') return 'enabled';
        return answer.Status === 'Suspended' ? 'suspended' : 'off';
      } catch (error) {
        if (error instanceof Failure && error.code === 'cancelled') throw error;
        return 'unknown';
      }
    },
  };
}

export interface S3BucketParts {
  readonly client: Pick<RegionalClient, 'send'>;
  readonly endpoint: string;
  readonly traits: StoreTraits;
  readonly traffic: Traffic;
  readonly name: string;
}

/** A body to be sent, and what it is for. */
interface BodySource {
  readonly key: string;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
  readonly onSent?: (bytes: number) => void;
}

/** Makes a command's body go out piece by piece. */
type Pace = <T extends PutObjectCommand | UploadPartCommand>(command: T) => T;

/** The body is exchanged after signing, which needs all of it at once. */
function pacedBy(stream: () => Readable): Pace {
  return command => {
    // The stacks of both commands are alike; their types have no method in common.
    (command as PutObjectCommand).middlewareStack.add(
      next => args => {
        (args.request as { body: unknown }).body = stream();
        return next(args);
      },
      { step: 'deserialize', name: 'paceBody' },
    );
    return command;
  };
}

/** What tells an object of our own from somebody else's. */
interface WriteAttempt {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly crc32: string | undefined;
  /** Changes only where an attempt of this very write has left something behind. */
  condition: Condition;
  readonly signal: AbortSignal;
}

const goneCodes = new Set(['no-such-upload', 'no-such-key']);

function holds(condition: Condition, present: ObjectHead | undefined): boolean {
  return condition.kind === 'absent' ? present === undefined : present?.etag === condition.etag;
}

function conditionHeaders(condition: Condition): { IfNoneMatch: string } | { IfMatch: string } {
  return condition.kind === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: `"${condition.etag}"` };
}

/** `+` is a space in this encoding, and a real plus arrives as `%2B`. */
function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '));
}

function plainEtag(etag: string | undefined): string {
  return required(etag, 'ETag').replaceAll('"', '');
}

/** How S3 derives a multipart object's ETag from those of its parts. */
function etagOfParts(partEtags: readonly string[]): string {
  const hash = createHash('md5');
  for (const etag of partEtags) hash.update(Buffer.from(etag, 'hex'));
  return `${hash.digest('hex')}-${String(partEtags.length)}`;
}

function base64Crc32(body: Uint8Array): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}

/** What a write's answer says of the object that it has made. */
function toStored(
  answer: PutObjectCommandOutput | CompleteMultipartUploadCommandOutput,
): StoredObject {
  const { VersionId: versionId, ChecksumType: type, ChecksumCRC32: crc32 } = answer;
  const etag = plainEtag(answer.ETag);
  return { etag, versionId, crc32: type === 'COMPOSITE' ? undefined : crc32 };
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
  subject: { readonly endpoint: string; readonly bucket: string; readonly key: string },
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

/** An answer that lacks what every S3 answer has does not come from an S3 store. */
function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new MalformedAnswer(`The answer has no ${field}.`);
  return value;
}
