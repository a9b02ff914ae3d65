import type { FilePath } from '../../protocol/folders';
import type { KeyFault } from '../../protocol/verdicts';
import type { Bucket } from '../ports/bucket';
import { readKey, toKey } from '../disk/objectKey';

/** A file's copy in the bucket. */
export interface CloudFile {
  readonly path: FilePath;
  readonly size: number;
  readonly etag: string;
  /** Milliseconds since 1970, by the store's clock. */
  readonly modifiedAtMs: number;
  readonly storageClass: string | undefined;
}

export type CloudEntry =
  | { readonly kind: 'file'; readonly file: CloudFile }
  /** An object whose key no file below this folder can have, or whose list entry is faulty. */
  | {
      readonly kind: 'set-aside';
      readonly key: string;
      readonly size: number;
      readonly etag: string;
      readonly modifiedAtMs: number;
      readonly fault: KeyFault;
      /** The file that it may belong to, if only the entry of the list is faulty. */
      readonly path?: FilePath;
    };

export interface CloudListingRequest {
  readonly bucket: Bucket;
  readonly prefix: string;
  /** The file or folder to list; empty for everything below the prefix. */
  readonly start: FilePath;
  readonly signal: AbortSignal;
  /** Called before each attempt at the first page; `number` counts from 1. */
  readonly onAttempt?: (number: number) => void;
}

/** Yields all objects at or below `start`, page by page. Throws what `bucket.list` throws. */
export async function* listCloud(
  request: CloudListingRequest,
): AsyncGenerator<readonly CloudEntry[]> {
  const { bucket, prefix, start, signal, onAttempt } = request;
  const from = toKey(prefix, start);
  const listing = bucket.list({ prefix: from, signal, ...(onAttempt && { onAttempt }) });
  for await (const page of listing) {
    const entries: CloudEntry[] = [];
    for (const object of page) {
      // The prefix `src` also finds `src-old/a`.
      if (start !== '' && object.key !== from && !object.key.startsWith(`${from}/`)) continue;
      const reading = readKey(prefix, object.key);
      const { key, size, etag, modifiedAtMs, storageClass, fault } = object;
      const setAside = { kind: 'set-aside', key, size, etag, modifiedAtMs } as const;
      if (reading.kind === 'not-a-path') {
        entries.push({ ...setAside, fault: reading.because });
      } else if (fault !== undefined) {
        entries.push({ ...setAside, fault, path: reading.path });
      } else {
        const { path } = reading;
        entries.push({ kind: 'file', file: { path, size, etag, modifiedAtMs, storageClass } });
      }
    }
    yield entries;
  }
}
