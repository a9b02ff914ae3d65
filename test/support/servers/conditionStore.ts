import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

import type { KnownCapability } from '../../../src/protocol/buckets';
import type { Bucket } from '../../../src/engine/ports/bucket';
import type { WriteKind } from '../../../src/engine/ports/writeKnowledge';
import type { ConditionCapability } from '../../../src/engine/s3/storeCapabilities';
import { openStubStore, type StubStoreOptions } from './stubStore';

/** What a store does with the condition of a write. */
export type Treatment =
  | 'honours'
  | 'ignores'
  | 'refuses'
  | 'inverts'
  /** Says each time that the condition fails, as where it compares ETags with and without quotes. */
  | 'always-refuses';
export type Treatments = Readonly<
  Record<WriteKind, Readonly<Record<'absent' | 'unchanged', Treatment>>>
>;

export interface ConditionStore {
  readonly bucket: Bucket;
  /** Method and key of each request for an object, writes with `-if` where they have a condition. */
  readonly asked: string[];
  readonly weaknesses: readonly string[];
  readonly bytes: (key: string) => string | undefined;
  /** What a stranger stores, or deletes, past the engine; gives its ETag. */
  readonly place: (key: string, body: string | undefined) => string;
  /** Answers as it likes, or never; `undefined` leaves it to the store. */
  intercept: (request: StoreRequest, answer: ServerResponse) => 'taken' | undefined;
  /** Happens before the store looks at a request, and after it has answered. */
  before: (request: StoreRequest) => void | Promise<void>;
  after: (request: StoreRequest) => void;
  /** What is known of it by the connection. */
  readonly known: () => readonly KnownCapability[];
  /** The same store through a connection of its own, as another window has it. */
  readonly inAnotherWindow: () => ConditionStore;
  readonly close: () => Promise<void>;
}

export interface StoreRequest {
  readonly kind: 'put' | 'begin' | 'part' | 'completion' | 'head' | 'get' | 'other';
  readonly key: string;
  /** As it came. */
  readonly ifMatch: string | undefined;
  readonly isConditional: boolean;
  readonly crc32: string | undefined;
  /** Keeps what the request would store, as if its answer had been lost. */
  readonly carryOut: () => void;
}

/** One capability differs from all others. */
export function treatOnly(
  { write, condition }: ConditionCapability,
  treatment: Treatment,
  others: Treatment,
): Treatments {
  const all = treatAll(others);
  return { ...all, [write]: { ...all[write], [condition]: treatment } };
}

export interface ConditionStoreOptions extends StubStoreOptions {
  readonly versions?: 'kept';
  /** How an ETag is written into answers, of its digest. */
  readonly spell?: (digest: string) => string;
  readonly bodies?: 'kept' | 'damaged';
}

/** Everywhere the same. */
export function treatAll(treatment: Treatment): Treatments {
  const both = { absent: treatment, unchanged: treatment };
  return { put: both, completion: both };
}

/** A small store whose way with conditions is as a test says. */
export async function openConditionStore(
  treatments: Treatments,
  { versions: keeping, spell = quoted, bodies = 'kept', ...options }: ConditionStoreOptions = {},
): Promise<ConditionStore> {
  const objects = new Map<string, StoredVersion[]>();
  const uploads = new Map<string, Map<number, Buffer>>();
  const asked: string[] = [];
  const weaknesses: string[] = [];
  let last = 0;

  const find = (key: string): StoredVersion | undefined => objects.get(key)?.[0];
  function store(key: string, body: Buffer, etag = md5(body).toString('hex')): StoredVersion {
    const version = { body, etag, versionId: `v${String(++last)}` };
    objects.set(key, [version, ...(objects.get(key) ?? [])]);
    return version;
  }
  function complete(key: string, uploadId: string): StoredVersion {
    const parts = [...uploads.get(uploadId)!].sort(([one], [other]) => one - other);
    uploads.delete(uploadId);
    const digests = Buffer.concat(parts.map(([, part]) => md5(part)));
    const etag = `${md5(digests).toString('hex')}-${String(parts.length)}`;
    return store(key, Buffer.concat(parts.map(([, part]) => part)), etag);
  }

  /** Says whether it is to be carried out, or has answered. */
  function heeds(
    kind: WriteKind,
    key: string,
    { headers }: IncomingMessage,
    answer: ServerResponse,
  ): boolean {
    const absent = headers['if-none-match'];
    const match = headers['if-match'];
    if (absent === undefined && match === undefined) return true;
    const treatment = treatments[kind][absent === undefined ? 'unchanged' : 'absent'];
    const present = find(key);
    const holds =
      absent === undefined ? match === `"${present?.etag ?? ''}"` : present === undefined;
    if (treatment === 'refuses') {
      sendError(answer, 501, 'NotImplemented', absent === undefined ? 'If-Match' : 'If-None-Match');
      return false;
    }
    const isHeeded = treatment !== 'always-refuses' && (treatment === 'honours') === holds;
    if (treatment === 'ignores' || isHeeded) return true;
    sendError(answer, 412, 'PreconditionFailed');
    return false;
  }

  function carryOut(
    kind: StoreRequest['kind'],
    request: IncomingMessage,
    key: string,
    body: Buffer,
    answer: ServerResponse,
  ): void {
    const query = new URL(request.url!, 'http://store').searchParams;
    const uploadId = query.get('uploadId') ?? '';
    const withVersion = ({ versionId, etag }: StoredVersion) => {
      if (keeping === 'kept') answer.setHeader('x-amz-version-id', versionId);
      answer.setHeader('etag', spell(etag));
      return spell(etag);
    };
    switch (kind) {
      case 'put':
        if (!heeds('put', key, request, answer)) return;
        withVersion(store(key, body));
        answer.end();
        return;
      case 'begin':
        uploads.set(`u${String(++last)}`, new Map());
        answer.end(
          `<InitiateMultipartUploadResult><UploadId>u${String(last)}</UploadId></InitiateMultipartUploadResult>`,
        );
        return;
      case 'part':
        uploads.get(uploadId)?.set(Number(query.get('partNumber')), body);
        answer.setHeader('etag', spell(md5(body).toString('hex'))).end();
        return;
      case 'completion':
        if (!uploads.has(uploadId)) sendError(answer, 404, 'NoSuchUpload');
        else if (heeds('completion', key, request, answer)) {
          const etag = withVersion(complete(key, uploadId));
          answer.end(
            `<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>`,
          );
        }
        return;
      case 'head':
      case 'get': {
        const present = find(key);
        if (present === undefined) {
          answer.writeHead(404).end();
          return;
        }
        withVersion(present);
        answer.setHeader('last-modified', new Date().toUTCString());
        answer.setHeader('content-length', present.body.byteLength);
        answer.end(kind === 'get' ? present.body : undefined);
        return;
      }
      case 'other':
        if (query.has('versions')) {
          const versions = (objects.get(key) ?? []).map(
            ({ versionId, etag, body: bytes }, index) =>
              `<Version><Key>${key}</Key><VersionId>${versionId}</VersionId><IsLatest>${String(index === 0)}</IsLatest><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"${etag}"</ETag><Size>${String(bytes.byteLength)}</Size></Version>`,
          );
          answer.end(
            `<ListVersionsResult><IsTruncated>false</IsTruncated>${versions.join('')}</ListVersionsResult>`,
          );
        } else if (request.method === 'DELETE') {
          uploads.delete(uploadId);
          answer.writeHead(204).end();
        } else {
          const listed = [...objects].flatMap(([each, [present]]) =>
            present === undefined || !each.startsWith(key)
              ? []
              : `<Contents><Key>${each}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"${present.etag}"</ETag><Size>${String(present.body.byteLength)}</Size></Contents>`,
          );
          answer.end(
            `<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated>${listed.join('')}</ListBucketResult>`,
          );
        }
    }
  }

  const opened = await openStubStore(
    async (request, answer) => {
      const body = await buffer(request);
      if (bodies === 'damaged' && request.method === 'PUT') body[0] = (body[0] ?? 0) ^ 1;
      const url = new URL(request.url!, 'http://store');
      const path = decodeURIComponent(url.pathname.slice('/b/'.length));
      const key = path === '' ? (url.searchParams.get('prefix') ?? '') : path;
      const kind = path === '' ? 'other' : kindOf(request);
      const isConditional = 'if-match' in request.headers || 'if-none-match' in request.headers;
      if (kind !== 'other') asked.push(`${kind}${isConditional ? '-if' : ''} ${key}`);
      const met: StoreRequest = {
        kind,
        key,
        ifMatch: request.headers['if-match'],
        isConditional,
        crc32: request.headers['x-amz-checksum-crc32']?.toString(),
        carryOut: () => {
          if (kind === 'put') store(key, body);
          if (kind === 'completion') complete(key, url.searchParams.get('uploadId')!);
        },
      };
      await made.before(met);
      if (made.intercept(met, answer) === 'taken') return;
      carryOut(kind, request, key, body, answer);
      made.after(met);
    },
    {
      ...options,
      onWeakness: ({ what }) => weaknesses.push(what),
    },
  );
  const made: ConditionStore = {
    ...opened,
    asked,
    weaknesses,
    bytes: key => find(key)?.body.toString(),
    place(key, body) {
      if (body !== undefined) return store(key, Buffer.from(body)).etag;
      objects.delete(key);
      return '';
    },
    known: () => opened.connection.capabilitiesOf('b'),
    inAnotherWindow() {
      const connection = opened.connectAgain();
      return {
        ...made,
        bucket: connection.bucket('b'),
        known: () => connection.capabilitiesOf('b'),
      };
    },
    intercept: () => undefined,
    before: () => undefined,
    after: () => undefined,
  };
  return made;
}

function quoted(digest: string): string {
  return `"${digest}"`;
}

interface StoredVersion {
  readonly body: Buffer;
  readonly etag: string;
  readonly versionId: string;
}

function kindOf({ method, url }: IncomingMessage): StoreRequest['kind'] {
  const query = new URL(url!, 'http://store').searchParams;
  if (method === 'HEAD') return 'head';
  if (method === 'GET') return query.has('versions') ? 'other' : 'get';
  if (method === 'PUT') return query.has('partNumber') ? 'part' : 'put';
  if (method === 'POST') return query.has('uploads') ? 'begin' : 'completion';
  return 'other';
}

/** @param header The header that is named as what was refused. */
export function sendError(
  answer: ServerResponse,
  status: number,
  code: string,
  header?: string,
): void {
  const named = header === undefined ? '' : `<Header>${header}</Header>`;
  answer.writeHead(status, { 'content-type': 'application/xml' });
  answer.end(
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message>${named}</Error>`,
  );
}

function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}
