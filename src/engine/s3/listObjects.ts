import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ListRequest, ListedObject } from '../bucket';
import { MalformedAnswer } from '../errorMapping';
import { Failure } from '../failure';
import { keyDecoder, plainEtag, required } from './answerField';
import type { S3BucketParts } from './s3Bucket';
import { storeRequest } from './storeRequest';

/** All objects below a prefix, page by page. */
export async function* listObjects(
  { client, endpoint, name }: Pick<S3BucketParts, 'client' | 'endpoint' | 'name'>,
  { prefix, pageSize, signal, onAttempt }: ListRequest,
): AsyncGenerator<readonly ListedObject[]> {
  let token: string | undefined;
  for (;;) {
    const page = await storeRequest(
      { endpoint, bucket: name },
      signal,
      async () => {
        const answer = await client.send(
          new ListObjectsV2Command({
            Bucket: name,
            Prefix: prefix,
            // Without it, control characters in keys would make the answer unreadable.
            EncodingType: 'url',
            MaxKeys: pageSize,
            ContinuationToken: token,
          }),
          { abortSignal: signal },
        );
        requireListOf(name, answer.Name);
        return { ...answer, IsTruncated: required(answer.IsTruncated, 'IsTruncated') };
      },
      token === undefined && onAttempt !== undefined ? { onAttempt } : {},
    );
    const decode = keyDecoder(page);
    yield (page.Contents ?? []).map(entry => ({
      key: decode(required(entry.Key, 'Key')),
      size: required(entry.Size, 'Size'),
      etag: plainEtag(entry.ETag),
      modifiedAt: required(entry.LastModified, 'LastModified').getTime(),
      storageClass: entry.StorageClass,
    }));
    if (!page.IsTruncated) return;
    const next = page.NextContinuationToken;
    // An answer that says "there is more" and not where would otherwise look like the end.
    if (next === undefined || next === token) {
      throw new Failure('store-error', endpoint, 'a list page without a way to the next one');
    }
    token = next;
  }
}

/** Not every store names the bucket; one that names another one has listed that. */
function requireListOf(bucket: string, told: string | undefined): void {
  if (told === undefined || told === '' || told === bucket) return;
  // The name of a bucket of another tenant stands behind that of the tenant.
  if (bucket.endsWith(`:${told}`) || accessPoint.test(bucket)) return;
  throw new MalformedAnswer(`The list is of the bucket “${told}”.`);
}

/** Lists by way of an access point name the bucket behind it. */
const accessPoint = /^arn:|-s3alias$|--(?:ol|op|xa)-s3$/;
