import { rootPath, type FilePath } from '../../protocol/folders';
import type { Bucket, ListedObject } from '../ports/bucket';
import { foldersAbove, parentPath, topmost } from '../disk/filePath';
import { toKey } from '../disk/objectKey';
import type { FindListed, FreeUpStep } from './freeUpStep';

/**
 * Looks for the copies of a batch's files in the store's listings, since no comparison finds a copy
 * that is not listed: for many files their folders are listed, each once, when its first file is
 * asked for; few files are listed one by one.
 */
export function listedCopies(steps: readonly FreeUpStep[], signal: AbortSignal): FindListed {
  const folders = new Map<FreeUpStep['route'], FolderLists>();
  for (const route of new Set(steps.map(step => step.route))) {
    const paths = steps.flatMap(step => (step.route === route ? step.path : []));
    if (paths.length > maxSingleListings) folders.set(route, folderLists(route, paths, signal));
  }
  return ({ route, path }) => {
    const lists = folders.get(route);
    const key = toKey(route.target.prefix, path);
    return lists === undefined ? findListed(route.bucket, key, signal) : lists(path);
  };
}

/** Up to so many files are listed one by one: a folder may hold very many others. */
const maxSingleListings = 20;

type FolderLists = (path: FilePath) => Promise<ListedObject | undefined>;

function folderLists(
  { bucket, target: { prefix } }: FreeUpStep['route'],
  paths: readonly FilePath[],
  signal: AbortSignal,
): FolderLists {
  const keys = new Set<string>(paths.map(path => toKey(prefix, path)));
  const starts = new Set(topmost(paths.map(parentPath)));
  const lists = new Map<FilePath, ReturnType<typeof listFolder>>();
  return async path => {
    const start = [...foldersAbove(path)].find(folder => starts.has(folder)) ?? rootPath;
    const below = start === rootPath ? prefix : `${toKey(prefix, start)}/`;
    const list = lists.get(start) ?? listFolder(bucket, below, { keys, signal });
    lists.set(start, list);
    return (await list).get(toKey(prefix, path));
  };
}

async function listFolder(
  bucket: Bucket,
  prefix: string,
  { keys, signal }: { readonly keys: ReadonlySet<string>; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, ListedObject>> {
  const found = new Map<string, ListedObject>();
  for await (const page of bucket.list({ prefix, signal })) {
    for (const object of page) {
      if (keys.has(object.key) && object.fault === undefined) found.set(object.key, object);
    }
  }
  return found;
}

/** The key itself comes first among those that begin with it, unless a store lists in no order. */
async function findListed(
  bucket: Bucket,
  key: string,
  signal: AbortSignal,
): Promise<ListedObject | undefined> {
  for await (const page of bucket.list({ prefix: key, pageSize: singleListingPageSize, signal })) {
    const found = page.find(object => object.key === key && object.fault === undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

const singleListingPageSize = 100;
