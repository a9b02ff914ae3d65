import { createHash, randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { crc32Of } from '../../../src/engine/checksums/crc32';
import { wholeChecksum } from '../../../src/engine/checksums/storeChecksums';
import { throwIfCancelled } from '../../../src/engine/failures/failure';
import type {
  Archive,
  ListedObject,
  ObjectAttributes,
  ObjectChecksum,
  ObjectHead,
  ObjectVersion,
  StoredObject,
  Versioning,
} from '../../../src/engine/ports/bucket';

/** The objects of a bucket in memory, with those versions of them that it keeps. */
export interface MemoryObjects {
  readonly versioning: Versioning;
  /** In the order of a list. */
  current(): readonly (readonly [key: string, object: MemoryObject])[];
  find(key: string, versionId?: string): MemoryObject | undefined;
  /** Newest first. */
  versions(key: string): readonly ObjectVersion[];
  write(key: string, object: Omit<MemoryObject, 'versionId'>): MemoryObject;
  /** Leaves a marker where versions are kept. */
  remove(key: string, modifiedAtMs: number): void;
  /** Changes what the store says of an object, not what it is. */
  amend(key: string, versionId: string | undefined, changes: Partial<MemoryObject>): void;
}

export interface MemoryObject extends ObjectAttributes {
  readonly body: Buffer;
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly versionId: string | undefined;
  readonly checksums: readonly ObjectChecksum[];
  readonly storageClass?: string | undefined;
  readonly etagIsOpaque?: boolean | undefined;
  readonly expiresAt?: number | undefined;
  readonly archive?: Archive | undefined;
}

export function memoryObjects(versioning: Versioning): MemoryObjects {
  const histories = new Map<string, Entry[]>();

  function add(key: string, entry: Entry): void {
    const history = histories.get(key) ?? [];
    // What was stored without a version of its own is replaced by what is stored so again.
    const kept = history.filter(
      old => old.versionId !== undefined || entry.versionId !== undefined,
    );
    histories.set(key, [entry, ...kept]);
  }

  function newVersion(): string | undefined {
    return versioning === 'enabled' ? randomUUID() : undefined;
  }

  function find(key: string, versionId?: string): MemoryObject | undefined {
    const history = histories.get(key) ?? [];
    const entry =
      versionId === undefined ? history[0] : history.find(each => idOf(each) === versionId);
    return entry === undefined || 'isMarker' in entry ? undefined : entry;
  }

  return {
    versioning,
    current: () =>
      [...histories.keys()].sort(byUtf8).flatMap(key => {
        const object = find(key);
        return object === undefined ? [] : [[key, object] as const];
      }),
    find,
    versions: key =>
      (histories.get(key) ?? []).map((entry, index) => {
        const { modifiedAtMs } = entry;
        const common = { versionId: idOf(entry), isLatest: index === 0, modifiedAtMs };
        if ('isMarker' in entry) {
          return { kind: 'delete-marker', ...common, size: 0, etag: '', storageClass: undefined };
        }
        const { body, etag, storageClass = 'STANDARD' } = entry;
        return { kind: 'version', ...common, size: body.byteLength, etag, storageClass };
      }),
    write(key, object) {
      const written = { ...object, versionId: newVersion() };
      add(key, written);
      return written;
    },
    remove(key, modifiedAtMs) {
      const versionId = newVersion();
      if (versionId === undefined) histories.delete(key);
      else add(key, { isMarker: true, versionId, modifiedAtMs });
    },
    amend(key, versionId, changes) {
      const object = find(key, versionId);
      const history = histories.get(key) ?? [];
      histories.set(
        key,
        history.map(entry => (entry === object ? { ...object, ...changes } : entry)),
      );
    },
  };
}

interface Marker {
  readonly isMarker: true;
  readonly versionId: string;
  readonly modifiedAtMs: number;
}

type Entry = MemoryObject | Marker;

/** What S3 calls a version that was stored without one. */
function idOf({ versionId }: Entry): string {
  return versionId ?? 'null';
}

export function toHead({ body, ...object }: MemoryObject): ObjectHead {
  const { etag, modifiedAtMs, metadata, versionId, checksums } = object;
  return {
    size: body.byteLength,
    etag,
    modifiedAtMs,
    metadata,
    storageClass: object.storageClass,
    versionId,
    checksums,
    etagIsOpaque: object.etagIsOpaque ?? false,
    expiresAt: object.expiresAt,
    archive: object.archive,
  };
}

export function toListed([key, object]: readonly [string, MemoryObject]): ListedObject {
  const { body, etag, modifiedAtMs, storageClass } = object;
  return {
    key,
    size: body.byteLength,
    etag,
    modifiedAtMs,
    storageClass: storageClass ?? 'STANDARD',
  };
}

/** The order of a list in S3; JavaScript's own differs where surrogates meet U+E000 to U+FFFF. */
export function byUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function toStored(object: MemoryObject): StoredObject {
  const { etag, versionId } = object;
  return { etag, versionId, crc32: wholeChecksum(object, 'crc32') };
}

export function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

export function wholeCrc32(bytes: Uint8Array): ObjectChecksum {
  return { algorithm: 'crc32', type: 'full-object', value: crc32Of(bytes) };
}

/** Gives the body piece by piece, and heeds the signal between them. */
export async function* inChunks(
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
