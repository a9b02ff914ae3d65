import { MalformedAnswer } from '../failures/malformedAnswer';
import { fromStoreError } from '../failures/storeErrors';
import type { FoldersRequest, ListRequest, ListedObject } from '../ports/bucket';
import { keyDecoder, plainEtag, required, type KeyInList } from './answerField';
import type { BucketPlace, BucketContext } from './bucketContext';
import { readListPage, type ListEntry, type ListPage } from './listAnswer';
import { PagingGuard } from './pagingGuard';
import { collectBounded, readRoot } from './proveAnswers';
import { RefusedRequest } from './refusedRequest';
import { storeRequest } from './storeRequest';

/** Where a list is asked for; what it shows of the store is noted where somebody keeps that. */
type ListPlace = Pick<BucketContext, 'client' | 'endpoint' | 'name'> &
  Partial<Pick<BucketContext, 'capabilities'>>;

/** All objects below a prefix, page by page. */
export async function* listObjects(
  place: ListPlace,
  { prefix, after, pageSize, signal, onAttempt }: ListRequest,
): AsyncGenerator<readonly ListedObject[]> {
  const { endpoint, name } = place;
  const guard = new PagingGuard(endpoint);
  let token: string | undefined;
  let patience = 1;
  for (;;) {
    const page = await storeRequest(
      { endpoint, bucket: name },
      signal,
      async ({ number }) => {
        // Some stores look through all that was deleted before they say a word. What one page has
        // needed, the next ones may take at once.
        patience = Math.max(patience, 2 ** (number - 1));
        const request = { prefix, after, pageSize, token, patience };
        const answer = await listPage(place, request, signal);
        // It may be any file's; what has one is not known as a whole.
        for (const entry of answer.entries) required(entry.key, 'Key');
        return answer;
      },
      token === undefined && onAttempt !== undefined ? { onAttempt } : {},
    );
    const decode = keyDecoder(page.encodingType);
    const { entries, nextToken } = page;
    if (place.capabilities !== undefined && entries.length > 0) {
      const isEncoded = page.encodingType === 'url';
      place.capabilities.shown['encoded-lists'] = isEncoded ? 'supported' : 'unsupported';
    }
    const listed = entries.map(entry => toListed(entry, decode(entry.key ?? '')));
    yield listed;
    if (!page.isTruncated) return;
    const keys = listed.map(({ key }) => key);
    token = guard.follow(nextToken, keys);
  }
}

/** What stands between a prefix and the next `/`; the first page. */
export function listFolders(
  place: Pick<BucketContext, 'client' | 'endpoint' | 'name'>,
  { prefix, signal }: FoldersRequest,
): Promise<readonly string[]> {
  const { endpoint, name } = place;
  return storeRequest({ endpoint, bucket: name }, signal, async () => {
    const page = await listPage(place, { prefix, delimiter: '/' }, signal);
    const decode = keyDecoder(page.encodingType);
    const keys = page.entries.flatMap(({ key }) => key ?? []);
    const folders = new Set<string>();
    // A store that ignores the delimiter lists the keys themselves.
    for (const each of [...page.commonPrefixes, ...keys]) {
      const { key } = decode(each);
      const end = key.startsWith(prefix) ? key.indexOf('/', prefix.length) : -1;
      if (end > prefix.length) folders.add(key.slice(0, end + 1));
    }
    return [...folders];
  });
}

interface PageRequest {
  readonly delimiter?: string;
  readonly prefix?: string;
  readonly after?: string | undefined;
  readonly pageSize?: number | undefined;
  /** Where the page before says that this one begins. */
  readonly token?: string | undefined;
  /** How many times as long as other answers it may be waited for. */
  readonly patience?: number;
}

/** One page in one attempt. Throws `MalformedAnswer` where what comes is no list of this bucket. */
async function listPage(
  { client, name }: Pick<BucketPlace, 'client' | 'name'>,
  { prefix, after, delimiter, pageSize, token, patience = 1 }: PageRequest,
  signal: AbortSignal,
): Promise<WholePage> {
  const { headers, body } = await client.request(
    {
      method: 'GET',
      bucket: name,
      query: {
        'list-type': '2',
        prefix,
        delimiter,
        // Without it, control characters in keys would make the answer unreadable.
        'encoding-type': 'url',
        'max-keys': pageSize?.toString(),
        // The token leads on from it.
        'start-after': token === undefined ? after : undefined,
        'continuation-token': token,
      },
      patience,
    },
    signal,
  );
  const text = Buffer.from(await collectBounded(body)).toString();
  // It failed after it had sent status 200.
  if (readRoot(text, ['ListBucketResult']).kind === 'error')
    throw new RefusedRequest(503, headers, text);
  const page = readListPage(text);
  requireListOf(name, page.name);
  return { ...page, isTruncated: required(page.isTruncated, 'IsTruncated') };
}

type WholePage = ListPage & { readonly isTruncated: boolean };

/** One that lacks something, or whose key cannot be read for certain, does not fail the others. */
function toListed(
  { etag, size, modifiedAtMs, storageClass }: ListEntry,
  { key, isCertain }: KeyInList,
): ListedObject {
  const listed = {
    key,
    size: size ?? 0,
    etag: etag === undefined ? '' : plainEtag(etag),
    modifiedAtMs: modifiedAtMs ?? 0,
    storageClass,
  };
  if (!isCertain) return { ...listed, fault: 'not-decodable' };
  const isWhole = listed.etag !== '' && size !== undefined && modifiedAtMs !== undefined;
  return isWhole ? listed : { ...listed, fault: 'incomplete' };
}

/** Not every store names the bucket; one that names another one has listed that. */
function requireListOf(bucket: string, named: string | undefined): void {
  if (named === undefined || named === '' || named === bucket) return;
  // The name of a bucket of another tenant stands behind that of the tenant.
  if (bucket.endsWith(`:${named}`) || accessPoint.test(bucket)) return;
  throw new MalformedAnswer(`The list is of the bucket “${named}”.`, named);
}

/** Lists by way of an access point name the bucket behind it. */
const accessPoint = /-s3alias$|--(?:ol|op|xa)-s3$/;

/**
 * Asks a bucket for one key, in one attempt. Only the bucket and the credentials decide how that
 * ends, and no name or content of a file: where it is answered, the store can be reached.
 */
export async function probeBucket(place: BucketPlace, signal: AbortSignal): Promise<void> {
  try {
    await listPage(place, { pageSize: 1 }, signal);
  } catch (error) {
    throw fromStoreError(error, { endpoint: place.endpoint, bucket: place.name });
  }
}
