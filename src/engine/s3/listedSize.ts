import type { HeadRequest } from '../ports/bucket';
import { listObjects } from './listObjects';
import { listVersions } from './listVersions';
import type { BucketContext } from './bucketContext';

/**
 * Returns the size of an object by the list, for stores and proxies whose answers do not tell it;
 * `undefined` where the list does not show just this object.
 */
export async function listedSize(
  context: BucketContext,
  { key, versionId, signal }: HeadRequest,
  etag: string,
): Promise<number | undefined> {
  if (versionId !== undefined) {
    for await (const page of listVersions(context, { key, signal })) {
      const found = page.find(each => each.versionId === versionId);
      if (found !== undefined) return found.kind === 'odd' ? undefined : found.size;
    }
    return undefined;
  }
  // Not every store lists the key itself before those that only begin with it.
  for await (const page of listObjects(context, { prefix: key, pageSize: 100, signal })) {
    return page.find(each => each.key === key && each.etag === etag)?.size;
  }
  return undefined;
}
