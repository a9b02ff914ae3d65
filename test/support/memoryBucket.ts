import { createHash, randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

import type {
  Bucket,
  CompleteMultipartRequest,
  Condition,
  ListedObject,
  ObjectAttributes,
  ObjectHead,
  StoredObject,
  Versioning,
} from '../../src/engine/bucket';
import { Failure, throwIfCancelled } from '../../src/engine/failure';
import { maximumKeyBytes } from '../../src/engine/filePath';

/** A bucket in memory that keeps the port's promises, and that tests can look into and disturb. */
export interface MemoryBucket extends Bucket {
  /** Every call so far, one for each page of a list. */
  readonly calls: readonly BucketCall[];
  /** The keys of all objects, in the order of a list. */
  readonly keys: readonly string[];
  /** The multipart uploads that are neither completed nor aborted. */
  readonly openUploads: readonly {
    readonly key: string;
    readonly partNumbers: readonly number[];
  }[];
  /** An object's bytes, without a call. */
  bytes(key: string): Buffer | undefined;
  /** What somebody else does: stores an object past the port. */
  place(key: string, body: Uint8Array | string, placed?: PlacedAttributes): void;
  /** What somebody else does: removes an object past the port. */
  remove(key: string): void;
  /** Lets the next call of this operation throw; with `key` the next one for this key (or prefix). */
  failNext(operation: BucketOperation, failure: Failure, only?: CallFilter): void;
  /** Stops the next such call before it does anything, until it is released or cancelled. */
  holdNext(operation: BucketOperation, only?: CallFilter): Hold;
}

export type BucketOperation =
  | 'list'
  | 'head'
  | 'get'
  | 'put'
  | 'startMultipart'
  | 'putPart'
  | 'completeMultipart'
  | 'abortMultipart'
  | 'versioning';

export interface BucketCall {
  readonly operation: BucketOperation;
  /** The key; for a list its prefix, for `versioning` empty. */
  readonly key: string;
}

export interface CallFilter {
  readonly key?: string;
  /** How many matching calls to let pass before. */
  readonly after?: number;
}

export interface Hold {
  /** Settles when the call has arrived. */
  readonly reached: Promise<void>;
  release(): void;
}

export interface PlacedAttributes extends Partial<ObjectAttributes> {
  readonly etag?: string;
  readonly modifiedAt?: number;
  readonly storageClass?: string;
  readonly etagIsOpaque?: boolean;
}

export interface MemoryBucketOptions {
  readonly name?: string;
  readonly versioning?: Versioning;
  /** What its clock says, in milliseconds since 1970. */
  readonly now?: () => number;
}

export function memoryBucket(options: MemoryBucketOptions = {}): MemoryBucket {
  const name = options.name ?? 'memory';
  const versioning = options.versioning ?? 'off';
  const now = options.now ?? Date.now;
  const calls: BucketCall[] = [];
  const objects = new Map<string, MemoryObject>();
  const uploads = new Map<string, MemoryUpload>();
  const disturbances: Disturbance[] = [];
  let clockOffset = 0;

  /** Every call goes through here: recorded, then disturbed if a test asked for it. */
  async function arrive(
    operation: BucketOperation,
    key: string,
    signal: AbortSignal,
  ): Promise<void> {
    throwIfCancelled(signal, key);
    calls.push({ operation, key });
    await nextTurn();
    const disturbance = takeDisturbance(disturbances, operation, key);
    if (disturbance?.kind === 'fail') throw disturbance.failure;
    if (disturbance?.kind === 'hold') await disturbance.pass(signal);
    throwIfCancelled(signal, key);
    clockOffset = now() - Date.now();
  }

  function store(
    key: string,
    stored: Omit<MemoryObject, 'versionId' | 'modifiedAt'>,
  ): StoredObject {
    const versionId = versioning === 'enabled' ? randomUUID() : undefined;
    objects.set(key, { modifiedAt: wholeSeconds(now()), ...stored, versionId });
    return { etag: stored.etag, versionId, crc32: stored.crc32 };
  }

  function requireCondition(key: string, condition: Condition): void {
    const present = objects.get(key);
    const holds =
      condition.kind === 'absent' ? present === undefined : present?.etag === condition.etag;
    if (!holds) throw new Failure('changed-in-cloud', key);
  }

  function openUpload(key: string, uploadId: string): MemoryUpload {
    const upload = uploads.get(uploadId);
    if (upload?.key !== key) throw new Failure('no-such-upload', key);
    return upload;
  }

  function assemble({ upload, parts, size }: CompleteMultipartRequest): readonly MemoryPart[] {
    const { parts: sent } = openUpload(upload.key, upload.uploadId);
    const chosen = parts.map(({ partNumber, etag }, index) => {
      const part = sent.get(partNumber);
      const previous = parts[index - 1];
      if (part?.etag !== etag || (previous !== undefined && previous.partNumber >= partNumber)) {
        throw new Failure('unexpected', upload.key, `part ${String(partNumber)} does not fit`);
      }
      return part;
    });
    const actual = chosen.reduce((sum, part) => sum + part.body.byteLength, 0);
    if (chosen.length === 0 || actual !== size) {
      throw new Failure('unexpected', upload.key, `${String(actual)} bytes, not ${String(size)}`);
    }
    return chosen;
  }

  return {
    name,
    calls,
    looksBeforeWriting: false,
    get clockOffset() {
      return clockOffset;
    },
    get keys() {
      return [...objects.keys()].sort(byUtf8);
    },
    get openUploads() {
      return [...uploads.values()].map(({ key, parts }) => ({
        key,
        partNumbers: [...parts.keys()].sort((a, b) => a - b),
      }));
    },
    bytes(key) {
      const body = objects.get(key)?.body;
      return body === undefined ? undefined : Buffer.from(body);
    },
    place(key, body, placed = {}) {
      const bytes = Buffer.from(body);
      objects.set(key, {
        body: bytes,
        etag: placed.etag ?? md5(bytes).toString('hex'),
        modifiedAt: placed.modifiedAt ?? wholeSeconds(now()),
        contentType: placed.contentType ?? 'application/octet-stream',
        metadata: placed.metadata ?? {},
        storageClass: placed.storageClass,
        crc32: undefined,
        versionId: versioning === 'enabled' ? randomUUID() : undefined,
        etagIsOpaque: placed.etagIsOpaque ?? false,
      });
    },
    remove(key) {
      objects.delete(key);
    },
    failNext(operation, failure, only = {}) {
      disturbances.push({ kind: 'fail', operation, only, toPass: only.after ?? 0, failure });
    },
    holdNext(operation, only = {}) {
      const arrived = signpost();
      const released = signpost();
      const pass = async (signal: AbortSignal): Promise<void> => {
        arrived.reach();
        const cancelled = new Promise<void>(resolve => {
          signal.addEventListener('abort', () => {
            resolve();
          });
        });
        await Promise.race([released.reached, cancelled]);
      };
      disturbances.push({ kind: 'hold', operation, only, toPass: only.after ?? 0, pass });
      return { reached: arrived.reached, release: released.reach };
    },

    async *list({ prefix, pageSize = 1000, signal }) {
      let last: string | undefined;
      for (;;) {
        await arrive('list', prefix, signal);
        const rest = [...objects.entries()]
          .filter(([key]) => key.startsWith(prefix))
          .filter(([key]) => last === undefined || byUtf8(key, last) > 0)
          .sort(([a], [b]) => byUtf8(a, b));
        const page = rest.slice(0, pageSize);
        yield page.map(toListed);
        if (rest.length <= pageSize) return;
        last = page.at(-1)?.[0];
      }
    },

    async head(key, signal) {
      await arrive('head', key, signal);
      const object = objects.get(key);
      return object === undefined ? undefined : toHead(object);
    },

    async get({ key, ifMatch, signal }) {
      await arrive('get', key, signal);
      const object = objects.get(key);
      if (object === undefined) throw new Failure('no-such-key', key);
      if (ifMatch !== undefined && ifMatch !== object.etag) {
        throw new Failure('changed-in-cloud', key);
      }
      return { head: toHead(object), body: inChunks(object.body, key, signal) };
    },

    async put({ key, body, condition, attributes, signal }) {
      // A copy, as of now: what happens to the caller's buffer later is not stored.
      const bytes = Buffer.from(body);
      await arrive('put', key, signal);
      requireShortKey(key);
      requireCondition(key, condition);
      const etag = md5(bytes).toString('hex');
      return store(key, { ...attributes, body: bytes, etag, crc32: checksum(bytes) });
    },

    async startMultipart({ key, attributes, signal }) {
      await arrive('startMultipart', key, signal);
      requireShortKey(key);
      const uploadId = randomUUID();
      // As with S3, the finished object is as old as the beginning of its upload.
      const modifiedAt = wholeSeconds(now());
      uploads.set(uploadId, { key, attributes, modifiedAt, parts: new Map() });
      return { key, uploadId };
    },

    async putPart({ upload, partNumber, body, signal }) {
      const bytes = Buffer.from(body);
      await arrive('putPart', upload.key, signal);
      const etag = md5(bytes).toString('hex');
      openUpload(upload.key, upload.uploadId).parts.set(partNumber, { body: bytes, etag });
      return { partNumber, etag };
    },

    async completeMultipart(request) {
      const { upload, condition, signal } = request;
      await arrive('completeMultipart', upload.key, signal);
      const parts = assemble(request);
      const { attributes, modifiedAt } = openUpload(upload.key, upload.uploadId);
      requireCondition(upload.key, condition);
      const body = Buffer.concat(parts.map(part => part.body));
      const digests = Buffer.concat(parts.map(part => md5(part.body)));
      const etag = `${md5(digests).toString('hex')}-${String(parts.length)}`;
      const stored = store(upload.key, { ...attributes, body, etag, crc32: undefined });
      const object = objects.get(upload.key);
      if (object !== undefined) objects.set(upload.key, { ...object, modifiedAt });
      uploads.delete(upload.uploadId);
      return stored;
    },

    async abortMultipart(upload, signal) {
      await arrive('abortMultipart', upload.key, signal);
      uploads.delete(upload.uploadId);
    },

    async versioning(signal) {
      await arrive('versioning', '', signal);
      return versioning;
    },
  };
}

interface MemoryObject extends ObjectAttributes {
  readonly body: Buffer;
  readonly etag: string;
  readonly modifiedAt: number;
  readonly crc32: string | undefined;
  readonly storageClass?: string | undefined;
  readonly versionId: string | undefined;
  readonly etagIsOpaque?: boolean;
}

interface MemoryPart {
  readonly body: Buffer;
  readonly etag: string;
}

interface MemoryUpload {
  readonly key: string;
  readonly attributes: ObjectAttributes;
  readonly modifiedAt: number;
  readonly parts: Map<number, MemoryPart>;
}

type Disturbance = { readonly operation: BucketOperation; readonly only: CallFilter } & {
  toPass: number;
} & (
    | { readonly kind: 'fail'; readonly failure: Failure }
    | { readonly kind: 'hold'; readonly pass: (signal: AbortSignal) => Promise<void> }
  );

function takeDisturbance(
  disturbances: Disturbance[],
  operation: BucketOperation,
  key: string,
): Disturbance | undefined {
  const index = disturbances.findIndex(
    ({ operation: wanted, only }) =>
      wanted === operation && (only.key === undefined || only.key === key),
  );
  const found = disturbances[index];
  if (found === undefined) return undefined;
  if (found.toPass > 0) {
    found.toPass -= 1;
    return undefined;
  }
  disturbances.splice(index, 1);
  return found;
}

/** A promise and the function that keeps it. */
function signpost(): { readonly reached: Promise<void>; readonly reach: () => void } {
  let reach = (): void => undefined;
  const reached = new Promise<void>(resolve => {
    reach = resolve;
  });
  return { reached, reach };
}

async function* inChunks(
  body: Buffer,
  key: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const chunk = 64 * 1024;
  for (let start = 0; start < body.byteLength; start += chunk) {
    await nextTurn();
    throwIfCancelled(signal, key);
    yield body.subarray(start, start + chunk);
  }
}

function toHead({ body, ...object }: MemoryObject): ObjectHead {
  const { etag, modifiedAt, contentType, metadata, storageClass, versionId, crc32 } = object;
  return {
    size: body.byteLength,
    etag,
    modifiedAt,
    contentType,
    metadata,
    storageClass,
    versionId,
    crc32,
    sha1: undefined,
    sha256: undefined,
    etagIsOpaque: object.etagIsOpaque ?? false,
  };
}

function toListed([key, object]: readonly [string, MemoryObject]): ListedObject {
  const { body, etag, modifiedAt, storageClass } = object;
  return { key, size: body.byteLength, etag, modifiedAt, storageClass: storageClass ?? 'STANDARD' };
}

function requireShortKey(key: string): void {
  if (Buffer.byteLength(key) > maximumKeyBytes) throw new Failure('key-too-long', key);
}

/** The order of a list in S3; JavaScript's own differs where surrogates meet U+E000 to U+FFFF. */
function byUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

function checksum(bytes: Uint8Array): string {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(bytes));
  return value.toString('base64');
}
