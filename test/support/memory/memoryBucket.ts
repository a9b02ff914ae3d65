import { setImmediate as nextTurn } from 'node:timers/promises';

import type {
  Archive,
  Bucket,
  Condition,
  ObjectAttributes,
  ObjectChecksum,
  Versioning,
} from '../../../src/engine/ports/bucket';
import { Failure, throwIfCancelled } from '../../../src/engine/failures/failure';
import { maxKeyBytes } from '../../../src/engine/disk/objectKey';
import { knownOfWrites } from '../../../src/engine/s3/knownOfWrites';
import { storeCapabilities } from '../../../src/engine/s3/storeCapabilities';
import { disturbances, type Disturbances } from './disturbances';
import {
  byUtf8,
  inChunks,
  md5,
  memoryObjects,
  toHead,
  toListed,
  toStored,
  wholeCrc32,
  type MemoryObject,
} from './memoryObjects';
import { MemoryUploads } from './memoryUploads';

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
  readonly modifiedAtMs?: number;
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
  const uploads = new MemoryUploads();
  const disturbed = disturbances<BucketOperation>();
  let clockOffsetMs = 0;

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
    clockOffsetMs = now() - Date.now();
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

  return {
    name,
    calls,
    writes: knownOfWrites(storeCapabilities('aws')),
    get clockOffsetMs() {
      return clockOffsetMs;
    },
    get keys() {
      return objects.current().map(([key]) => key);
    },
    get openUploads() {
      return uploads.open;
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
        modifiedAtMs: wholeSeconds(now()),
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

    async *list({ prefix, after, pageSize = 1000, signal }) {
      let last = after;
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

    async folders({ prefix, signal }) {
      await arrive('list', prefix, signal);
      const ends = objects
        .current()
        .filter(([key]) => key.startsWith(prefix) && !hidden.has(key))
        .map(([key]) => key.slice(0, key.indexOf('/', prefix.length) + 1));
      return [...new Set(ends.filter(folder => folder.length > prefix.length + 1))];
    },

    async *listVersions({ key, pageSize = 1000, signal }) {
      const versions = hidden.has(key) ? [] : objects.versions(key);
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
        modifiedAtMs: wholeSeconds(now()),
        checksums: [wholeCrc32(bytes)],
      });
      return toStored(stored);
    },

    async startMultipart({ key, attributes, signal }) {
      await arrive('startMultipart', key, signal);
      requireShortKey(key);
      // As with S3, the finished object is as old as the beginning of its upload.
      return uploads.start({ key, attributes, modifiedAtMs: wholeSeconds(now()) });
    },

    async putPart({ upload, partNumber, body, signal }) {
      const bytes = Buffer.from(body);
      await arrive('putPart', upload.key, signal);
      return uploads.putPart(upload, partNumber, bytes);
    },

    async *listParts(upload, signal) {
      await arrive('listParts', upload.key, signal);
      yield uploads.parts(upload);
    },

    async completeMultipart(request) {
      const { upload, condition, signal } = request;
      await arrive('completeMultipart', upload.key, signal);
      const assembled = uploads.assemble(request);
      const present = requireCondition(upload.key, condition, assembled);
      if (present !== undefined) return { ...toStored(present), wasFound: true };
      const { attributes, ...object } = assembled;
      const checksums = [wholeCrc32(object.body)];
      const stored = objects.write(upload.key, { ...attributes, ...object, checksums });
      uploads.end(upload);
      return toStored(stored);
    },

    async abortMultipart(upload, signal) {
      await arrive('abortMultipart', upload.key, signal);
      uploads.end(upload);
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

function requireShortKey(key: string): void {
  if (Buffer.byteLength(key) > maxKeyBytes) throw new Failure('key-too-long', key);
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}
