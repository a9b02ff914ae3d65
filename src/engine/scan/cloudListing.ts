import type { FilePath } from '../../protocol/folders';
import type { KeyFault } from '../../protocol/verdicts';
import type { Bucket, ListedObject } from '../ports/bucket';
import { isWithinAny } from '../disk/filePath';
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
  /** The files and folders to list, none below another; the empty one is all below the prefix. */
  readonly starts: readonly FilePath[];
  readonly signal: AbortSignal;
  /** Called before each attempt at the first page; `number` counts from 1. */
  readonly onAttempt?: (number: number) => void;
}

/** Yields all objects at or below the starts, page by page. Throws what `bucket.list` throws. */
export async function* listCloud(
  request: CloudListingRequest,
): AsyncGenerator<readonly CloudEntry[]> {
  const { prefix, starts } = request;
  const places = new Set(starts);
  for await (const page of pagesOf(request)) {
    const entries: CloudEntry[] = [];
    for (const object of page) {
      // The prefix `src` also finds `src-old/a`, and one list for many starts what lies beside them.
      if (!isWithinAny(object.key.slice(prefix.length) as FilePath, places)) continue;
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

/** More starts than this are listed by one list of what begins as all of their keys do. */
const maxLists = 20;

async function* pagesOf(request: CloudListingRequest): AsyncGenerator<readonly ListedObject[]> {
  const { bucket, prefix, starts, signal, onAttempt } = request;
  const keys = starts.map(start => toKey(prefix, start));
  const list = (from: string) =>
    bucket.list({ prefix: from, signal, ...(onAttempt && { onAttempt }) });
  if (keys.length > maxLists) yield* list(commonBeginning(keys));
  else if (starts.includes('' as FilePath)) yield* list(prefix);
  else for (const key of keys) yield* pagesAt(key, list);
}

/**
 * Lists an object and what is below it. Between the two a list in order has all that begins with the
 * same name: where that is much, it is left out.
 */
async function* pagesAt(
  key: string,
  list: (from: string) => AsyncIterable<readonly ListedObject[]>,
): AsyncGenerator<readonly ListedObject[]> {
  let pages = 0;
  for await (const page of list(key)) {
    yield page;
    pages++;
    if (!isLongAndInOrder(page)) continue;
    const last = page.at(-1)?.key ?? '';
    if (last.startsWith(`${key}/`)) continue;
    if (Buffer.compare(Buffer.from(last), Buffer.from(`${key}/`)) > 0) return;
    if (pages < 2) continue;
    yield* list(`${key}/`);
    return;
  }
}

/** Not all stores list in order; a few keys may be in order by chance. */
function isLongAndInOrder(page: readonly ListedObject[]): boolean {
  if (page.length < 100) return false;
  const keys = page.map(({ key }) => Buffer.from(key));
  return keys.every((key, index) => {
    const before = keys[index - 1];
    return before === undefined || Buffer.compare(before, key) < 0;
  });
}

function commonBeginning([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  // Half a character is none.
  return first.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}
