import {
  ListObjectVersionsCommand,
  type DeleteMarkerEntry,
  type ObjectVersion as S3Version,
} from '@aws-sdk/client-s3';
import type { ListVersionsRequest, ObjectVersion } from '../ports/bucket';
import { keyDecoder, plainEtag, required } from './answerField';
import { PagingGuard } from './pagingGuard';
import type { BucketContext } from './bucketContext';
import { storeRequest } from './storeRequest';

/** All versions of one object, and the markers of its deletions, page by page. */
export async function* listVersions(
  { client, endpoint, name }: BucketContext,
  { key, pageSize, signal }: ListVersionsRequest,
): AsyncGenerator<readonly ObjectVersion[]> {
  const guard = new PagingGuard(endpoint);
  let from:
    { readonly KeyMarker: string; readonly VersionIdMarker?: string | undefined } | undefined;
  let isFound = false;
  for (;;) {
    const page = await storeRequest({ endpoint, bucket: name, key }, signal, async () => {
      const answer = await client.send(
        new ListObjectVersionsCommand({
          Bucket: name,
          Prefix: key,
          EncodingType: 'url',
          MaxKeys: pageSize,
          ...from,
        }),
        { abortSignal: signal },
      );
      return { ...answer, IsTruncated: required(answer.IsTruncated, 'IsTruncated') };
    });
    const decode = keyDecoder(page.EncodingType);
    const isOwn = (entry: { readonly Key?: string | undefined } | undefined) =>
      entry?.Key !== undefined && decode(entry.Key).key === key;
    const { Versions: versions = [], DeleteMarkers: markers = [] } = page;
    const own = inOneOrder({
      versions: versions.filter(isOwn),
      markers: markers.filter(isOwn),
    });
    yield own;
    if (!page.IsTruncated) return;
    // All of one key stand together; not every store has the key itself before those that only
    // begin with it.
    isFound ||= own.length > 0;
    if (isFound && ![versions, markers].some(list => isOwn(list.at(-1)))) return;
    const { NextKeyMarker: marker, NextVersionIdMarker: version } = page;
    const place = marker === undefined ? undefined : JSON.stringify([marker, version]);
    const entries = [...versions, ...markers].map(nameOf);
    guard.follow(place, entries);
    from = { KeyMarker: decode(marker ?? '').key, VersionIdMarker: version };
  }
}

/** What one entry of the list has alone: all versions of an object have the same key. */
function nameOf({ Key: key, VersionId: version }: DeleteMarkerEntry): string {
  return JSON.stringify([key, version]);
}

/** The SDK gives versions and markers apart; each of the two keeps the order of the page. */
function inOneOrder({ versions, markers }: OwnEntries): readonly ObjectVersion[] {
  // Within one second a deletion is the likelier to have come after what it deletes.
  const all = [...markers.map(markerOf), ...versions.map(versionOf)];
  return all.toSorted(
    (one, other) =>
      Number(other.isLatest) - Number(one.isLatest) || other.modifiedAtMs - one.modifiedAtMs,
  );
}

interface OwnEntries {
  readonly versions: readonly S3Version[];
  readonly markers: readonly DeleteMarkerEntry[];
}

function markerOf(entry: DeleteMarkerEntry): ObjectVersion {
  const kind = entry.LastModified === undefined ? 'odd' : 'delete-marker';
  return { kind, ...commonOf(entry), size: 0, etag: '', storageClass: undefined };
}

function versionOf(entry: S3Version): ObjectVersion {
  const { LastModified: time, Size: size, ETag: etag = '', StorageClass: storageClass } = entry;
  const isWhole = time !== undefined && size !== undefined && plainEtag(etag) !== '';
  return {
    kind: isWhole ? 'version' : 'odd',
    ...commonOf(entry),
    size: size ?? 0,
    etag: plainEtag(etag),
    storageClass,
  };
}

function commonOf({ VersionId, IsLatest, LastModified }: DeleteMarkerEntry) {
  return {
    versionId: VersionId ?? 'null',
    isLatest: IsLatest ?? false,
    modifiedAtMs: LastModified?.getTime() ?? 0,
  };
}
