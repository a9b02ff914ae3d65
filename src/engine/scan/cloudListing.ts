import type { FilePath } from '../../protocol/folders';
import type { KeyFault } from '../../protocol/verdicts';
import type { Bucket, ListedObject, ObjectHead } from '../ports/bucket';
import { isWithinAny } from '../disk/filePath';
import { readKey, toKey } from '../disk/objectKey';
import { isBeforeInBytes } from './keyOrder';
import { asOwnText } from './packedTexts';
import { listInParallel, OutOfOrder } from './parallelListing';

/** A file's copy in the bucket. */
export interface CloudFile {
  readonly path: FilePath;
  readonly size: number;
  readonly etag: string;
  /** Milliseconds since 1970, by the store's clock. */
  readonly modifiedAtMs: number;
  readonly storageClass: string | undefined;
}

/** Returns what a list would say of an object. */
export function cloudFileOf(
  path: FilePath,
  { size, etag, modifiedAtMs, storageClass }: ObjectHead,
): CloudFile {
  return { path, size, etag, modifiedAtMs, storageClass };
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
  /** Given where a long list may be read from several places at the same time. */
  readonly inParallel?: {
    /** See `listInParallel`, with paths instead of keys. */
    readonly guides: () => readonly FilePath[];
    /** Called where all that came so far is void, since the store lists in no order. */
    readonly onBeginAgain: () => void;
  };
}

/**
 * Yields all objects at or below the starts, page by page. The texts of a file may be parts of a page:
 * whoever keeps many puts them into `CloudFiles`. Throws what `bucket.list` throws.
 */
export async function* listCloud(
  request: CloudListingRequest,
): AsyncGenerator<readonly CloudEntry[]> {
  const { prefix, starts } = request;
  const places = new Set(starts);
  const listsAll = places.has('' as FilePath);
  for await (const page of pagesOf(request)) {
    const entries: CloudEntry[] = [];
    for (const object of page) {
      // The prefix `src` also finds `src-old/a`, and one list for many starts what lies beside them.
      if (!listsAll && !isWithinAny(object.key.slice(prefix.length) as FilePath, places)) continue;
      entries.push(toCloudEntry(object, prefix));
    }
    yield entries;
  }
}

function toCloudEntry(object: ListedObject, prefix: string): CloudEntry {
  const { key, size, etag, modifiedAtMs, storageClass, fault } = object;
  const reading = readKey(prefix, key);
  if (reading.kind === 'not-a-path') return setAside(object, { fault: reading.because });
  const { path } = reading;
  if (fault !== undefined) return setAside(object, { fault, path: asOwnText(path) as FilePath });
  return { kind: 'file', file: { path, size, etag, modifiedAtMs, storageClass } };
}

/** These are kept as they are: they need texts of their own. */
function setAside(
  { key, size, etag, modifiedAtMs }: ListedObject,
  why: { readonly fault: KeyFault; readonly path?: FilePath },
): CloudEntry {
  const texts = { key: asOwnText(key), etag: asOwnText(etag) };
  return { kind: 'set-aside', ...texts, size, modifiedAtMs, ...why };
}

/** More starts than this are listed by one list of what begins as all of their keys do. */
const maxLists = 20;

async function* pagesOf(request: CloudListingRequest): AsyncGenerator<readonly ListedObject[]> {
  const { bucket, prefix, starts, signal, onAttempt } = request;
  const keys = starts.map(start => toKey(prefix, start));
  const list = (from: string) =>
    bucket.list({ prefix: from, signal, ...(onAttempt && { onAttempt }) });
  if (keys.length > maxLists) yield* list(commonBeginning(keys));
  else if (starts.includes('' as FilePath)) yield* wholeList(request, list);
  else for (const key of keys) yield* pagesAt(key, list);
}

async function* wholeList(
  { bucket, prefix, signal, onAttempt, inParallel }: CloudListingRequest,
  list: (from: string) => AsyncIterable<readonly ListedObject[]>,
): AsyncGenerator<readonly ListedObject[]> {
  if (inParallel === undefined) {
    yield* list(prefix);
    return;
  }
  const { guides, onBeginAgain } = inParallel;
  const guideKeys = () => guides().map(path => toKey(prefix, path));
  const request = { bucket, prefix, signal, guides: guideKeys };
  try {
    yield* listInParallel({ ...request, ...(onAttempt && { onAttempt }) });
  } catch (error) {
    if (!(error instanceof OutOfOrder)) throw error;
    onBeginAgain();
    yield* list(prefix);
  }
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
    if (isBeforeInBytes(`${key}/`, last)) return;
    if (pages < 2) continue;
    yield* list(`${key}/`);
    return;
  }
}

/** Not all stores list in order; a few keys may be in order by chance. */
function isLongAndInOrder(page: readonly ListedObject[]): boolean {
  if (page.length < 100) return false;
  return page.every(({ key }, index) => {
    const before = page[index - 1];
    return before === undefined || isBeforeInBytes(before.key, key);
  });
}

function commonBeginning([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  // Half a character is none.
  return first.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}
