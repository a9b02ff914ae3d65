import { createHash, randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type {
  Archive,
  Bucket,
  CompleteMultipartRequest,
  Condition,
  ObjectAttributes,
  ObjectChecksum,
  StoredObject,
  Versioning,
} from '../../../src/engine/ports/bucket';
import { crc32Of } from '../../../src/engine/checksums/crc32';
import { Failure, throwIfCancelled } from '../../../src/engine/failures/failure';
import { maxKeyBytes } from '../../../src/engine/disk/objectKey';
import { wholeChecksum } from '../../../src/engine/checksums/wholeChecksum';
import { disturbances, type Disturbances } from './disturbances';
import { byUtf8, memoryObjects, toHead, toListed, type MemoryObject } from './memoryObjects';

/** A bucket in memory that keeps the port's promises, and that tests can look into and disturb. */
export interface MemoryBucket
  extends Bucket, Pick<Disturbances<BucketOperation>, 'failNext' | 'holdNext'> {
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
  /** The content type that an object was stored with, without a call. */
  contentType(key: string): string | undefined;
  /** What somebody else does: stores an object past the port. */
  place(key: string, body: Uint8Array | string, placed?: PlacedAttributes): void;
  /** What somebody else does: removes an object past the port. */
  remove(key: string): void;
  /**
   * Changes what the store says of an object, or its bytes under the ETag and checksums that it
   * has, as a damaged disk does.
   */
  change(key: string, changes: PlacedAttributes & { readonly body?: Buffer }): void;
  /** Lets no list show an object; it is there all the same. */
  hide(key: string): void;
}

export type BucketOperation =
  | 'list'
  | 'listVersions'
  | 'head'
  | 'get'
  | 'put'
  | 'startMultipart'
  | 'putPart'
  | 'listParts'
  | 'completeMultipart'
  | 'abortMultipart'
  | 'requestRestore'
  | 'versioning';

export interface BucketCall {
  readonly operation: BucketOperation;
  /** The key; for a list its prefix, for `versioning` empty. */
  readonly key: string;
}

export interface PlacedAttributes extends Partial<ObjectAttributes> {
  readonly etag?: string;
  readonly modifiedAt?: number;
  readonly storageClass?: string;
  readonly etagIsOpaque?: boolean;
  readonly checksums?: readonly ObjectChecksum[];
  readonly expiresAt?: number;
  readonly archive?: Archive;
}

export interface MemoryBucketOptions {
  readonly name?: string;
  readonly versioning?: Versioning;
  /** What its clock says, in milliseconds since 1970. */
  readonly now?: () => number;
}

export function memoryBucket(options: MemoryBucketOptions = {}): MemoryBucket {
  const name = options.name ?? 'memory';
  const now = options.now ?? Date.now;
  const calls: BucketCall[] = [];
  const objects = memoryObjects(options.versioning ?? 'off');
  const hidden = new Set<string>();
  const uploads = new Map<string, MemoryUpload>();
  const disturbed = disturbances<BucketOperation>();
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
    await disturbed.meet(operation, key, signal);
    throwIfCancelled(signal, key);
    clockOffset = now() - Date.now();
  }

  /** Gives the object that stands there where it has just these bytes already. */
  function requireCondition(
    key: string,
    condition: Condition,
    written: Pick<MemoryObject, 'body' | 'etag'>,
  ): MemoryObject | undefined {
    const present = objects.find(key);
    const holds =
      condition.kind === 'absent' ? present === undefined : present?.etag === condition.etag;
    if (holds) return undefined;
    const { body, etag } = written;
    const isSame = present?.etag === etag && present.body.byteLength === body.byteLength;
    if (!isSame) throw new Failure('changed-in-cloud', key);
    return present;
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
      return objects.current().map(([key]) => key);
    },
    get openUploads() {
      return [...uploads.values()].map(({ key, parts }) => ({
        key,
        partNumbers: [...parts.keys()].sort((a, b) => a - b),
      }));
    },
    bytes(key) {
      const body = objects.find(key)?.body;
      return body === undefined ? undefined : Buffer.from(body);
    },
    contentType: key => objects.find(key)?.contentType,
    place(key, body, placed = {}) {
      const bytes = Buffer.from(body);
      objects.write(key, {
        etag: md5(bytes).toString('hex'),
        modifiedAt: wholeSeconds(now()),
        contentType: 'application/octet-stream',
        metadata: {},
        checksums: [],
        ...placed,
        body: bytes,
      });
    },
    remove(key) {
      objects.remove(key, wholeSeconds(now()));
    },
    change(key, changes) {
      objects.amend(key, undefined, changes);
    },
    hide(key) {
      hidden.add(key);
    },
    failNext: disturbed.failNext,
    holdNext: disturbed.holdNext,

    async *list({ prefix, pageSize = 1000, signal }) {
      let last: string | undefined;
      for (;;) {
        await arrive('list', prefix, signal);
        const rest = objects
          .current()
          .filter(([key]) => key.startsWith(prefix) && !hidden.has(key))
          .filter(([key]) => last === undefined || byUtf8(key, last) > 0);
        const page = rest.slice(0, pageSize);
        yield page.map(toListed);
        if (rest.length <= pageSize) return;
        last = page.at(-1)?.[0];
      }
    },

    async *listVersions({ key, pageSize = 1000, signal }) {
      const versions = objects.versions(key);
      for (let start = 0; start === 0 || start < versions.length; start += pageSize) {
        await arrive('listVersions', key, signal);
        yield versions.slice(start, start + pageSize);
      }
    },

    async head({ key, versionId, signal }) {
      await arrive('head', key, signal);
      const object = objects.find(key, versionId);
      return object === undefined ? undefined : toHead(object);
    },

    async get({ key, versionId, ifMatch, range, signal }) {
      await arrive('get', key, signal);
      const object = objects.find(key, versionId);
      if (object === undefined) throw new Failure('no-such-key', key);
      if (ifMatch !== undefined && ifMatch !== object.etag) {
        throw new Failure('changed-in-cloud', key);
      }
      if (object.archive !== undefined && object.archive.kind !== 'restored') {
        throw new Failure('archived', key);
      }
      const head = toHead(object);
      if (range === undefined) return { head, body: inChunks(object.body, key, signal) };
      if (range.end > head.size) throw new Failure('changed-in-cloud', key);
      const slice = object.body.subarray(range.start, range.end);
      return { head: { ...head, checksums: [] }, body: inChunks(slice, key, signal) };
    },

    async put({ key, body, condition, attributes, signal }) {
      // A copy, as of now: what happens to the caller's buffer later is not stored.
      const bytes = Buffer.from(body);
      await arrive('put', key, signal);
      requireShortKey(key);
      const etag = md5(bytes).toString('hex');
      const present = requireCondition(key, condition, { body: bytes, etag });
      if (present !== undefined) return toStored(present);
      const stored = objects.write(key, {
        ...attributes,
        body: bytes,
        etag,
        modifiedAt: wholeSeconds(now()),
        checksums: [wholeCrc32(bytes)],
      });
      return toStored(stored);
    },

    async startMultipart({ key, attributes, signal }) {
      await arrive('startMultipart', key, signal);
      requireShortKey(key);
      const uploadId = randomUUID();
      // As with S3, the finished object is as old as the beginning of its upload.
      const modifiedAt = wholeSeconds(now());
      uploads.set(uploadId, { key, attributes, modifiedAt, parts: new Map() });
      return { key, uploadId, takesCrc32: true };
    },

    async putPart({ upload, partNumber, body, signal }) {
      const bytes = Buffer.from(body);
      await arrive('putPart', upload.key, signal);
      const etag = md5(bytes).toString('hex');
      openUpload(upload.key, upload.uploadId).parts.set(partNumber, { body: bytes, etag });
      return { partNumber, size: bytes.byteLength, etag, crc32: crc32Of(bytes) };
    },

    async *listParts(upload, signal) {
      await arrive('listParts', upload.key, signal);
      const { parts } = openUpload(upload.key, upload.uploadId);
      yield [...parts]
        .sort(([one], [other]) => one - other)
        .map(([partNumber, { body, etag }]) => ({
          partNumber,
          size: body.byteLength,
          etag,
          crc32: crc32Of(body),
        }));
    },

    async completeMultipart(request) {
      const { upload, condition, signal } = request;
      await arrive('completeMultipart', upload.key, signal);
      const parts = assemble(request);
      const { attributes, modifiedAt } = openUpload(upload.key, upload.uploadId);
      const body = Buffer.concat(parts.map(part => part.body));
      const digests = Buffer.concat(parts.map(part => md5(part.body)));
      const etag = `${md5(digests).toString('hex')}-${String(parts.length)}`;
      const present = requireCondition(upload.key, condition, { body, etag });
      if (present !== undefined) return toStored(present);
      const checksums = [wholeCrc32(body)];
      const stored = objects.write(upload.key, {
        ...attributes,
        body,
        etag,
        modifiedAt,
        checksums,
      });
      uploads.delete(upload.uploadId);
      return toStored(stored);
    },

    async abortMultipart(upload, signal) {
      await arrive('abortMultipart', upload.key, signal);
      uploads.delete(upload.uploadId);
    },

    async requestRestore({ key, versionId, signal }) {
      await arrive('requestRestore', key, signal);
      const object = objects.find(key, versionId);
      if (object === undefined) throw new Failure('no-such-key', key);
      if (object.archive?.kind === 'archived') {
        objects.amend(key, versionId, { archive: { kind: 'restoring' } });
      }
    },

    async versioning(signal) {
      await arrive('versioning', '', signal);
      return objects.versioning;
    },
  };
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

function toStored(object: MemoryObject): StoredObject {
  const { etag, versionId } = object;
  return { etag, versionId, crc32: wholeChecksum(object, 'crc32') };
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

function requireShortKey(key: string): void {
  if (Buffer.byteLength(key) > maxKeyBytes) throw new Failure('key-too-long', key);
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

function wholeCrc32(bytes: Uint8Array): ObjectChecksum {
  return { algorithm: 'crc32', type: 'full-object', value: crc32Of(bytes) };
}
