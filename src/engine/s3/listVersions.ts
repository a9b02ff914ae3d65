import {
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import type { ListVersionsRequest, ObjectVersion } from '../bucket';
import { Failure } from '../failure';
import { keyDecoder, plainEtag, required } from './answerField';
import type { S3BucketParts } from './s3Bucket';
import { storeRequest } from './storeRequest';

/** All versions of one object, and the markers of its deletions, page by page. */
export async function* listVersions(
  { client, endpoint, name }: S3BucketParts,
  { key, pageSize, signal }: ListVersionsRequest,
): AsyncGenerator<readonly ObjectVersion[]> {
  let from:
    { readonly KeyMarker: string; readonly VersionIdMarker?: string | undefined } | undefined;
  for (;;) {
    const page = await storeRequest({ endpoint, bucket: name, key }, signal, () =>
      client.send(
        new ListObjectVersionsCommand({
          Bucket: name,
          Prefix: key,
          EncodingType: 'url',
          MaxKeys: pageSize,
          ...from,
        }),
        { abortSignal: signal },
      ),
    );
    const decode = keyDecoder(page);
    yield inOneOrder(page)
      .filter(entry => decode(entry.key) === key)
      .map(entry => entry.version);
    if (page.IsTruncated !== true) return;
    const marker = page.NextKeyMarker;
    const next = {
      KeyMarker: decode(marker ?? ''),
      VersionIdMarker: page.NextVersionIdMarker,
    };
    if (
      marker === undefined ||
      (from?.KeyMarker === next.KeyMarker && from.VersionIdMarker === next.VersionIdMarker)
    ) {
      throw new Failure('store-error', endpoint, 'a list page without a way to the next one');
    }
    // The key itself stands before all that only begin with it.
    if (next.KeyMarker !== key) return;
    from = next;
  }
}

interface Entry {
  /** As the store has written it. */
  readonly key: string;
  readonly version: ObjectVersion;
}

/** The SDK gives versions and markers apart; each of the two keeps the order of the page. */
function inOneOrder({
  Versions,
  DeleteMarkers,
}: ListObjectVersionsCommandOutput): readonly Entry[] {
  const versions = (Versions ?? []).map((entry): Entry => ({
    key: required(entry.Key, 'Key'),
    version: {
      kind: 'version',
      versionId: entry.VersionId ?? 'null',
      isLatest: entry.IsLatest ?? false,
      size: required(entry.Size, 'Size'),
      etag: plainEtag(entry.ETag),
      modifiedAt: required(entry.LastModified, 'LastModified').getTime(),
      storageClass: entry.StorageClass,
    },
  }));
  const markers = (DeleteMarkers ?? []).map((entry): Entry => ({
    key: required(entry.Key, 'Key'),
    version: {
      kind: 'delete-marker',
      versionId: entry.VersionId ?? 'null',
      isLatest: entry.IsLatest ?? false,
      size: 0,
      etag: '',
      modifiedAt: required(entry.LastModified, 'LastModified').getTime(),
      storageClass: undefined,
    },
  }));
  // Within one second a deletion is the likelier to have come after what it deletes.
  return [...markers, ...versions].sort(
    ({ version: one }, { version: other }) =>
      Number(other.isLatest) - Number(one.isLatest) || other.modifiedAt - one.modifiedAt,
  );
}
