import { GetBucketVersioningCommand } from '@aws-sdk/client-s3';
import type { Bucket, Versioning } from '../ports/bucket';
import type { BucketContext, BucketPlace } from './bucketContext';
import { Failure } from '../failures/failure';
import { askHarmlessly } from './askHarmlessly';
import { mustLookFirst } from './conditionSupport';
import { listObjects } from './listObjects';
import { listVersions } from './listVersions';
import { abortUpload, completeUpload, listParts, putPart, startUpload } from './multipartUpload';
import { putObject } from './putObject';
import { getObject, headObject } from './readObject';
import { restoreArchived } from './restoreArchived';
import { storeRequest } from './storeRequest';

/** The `Bucket` port over S3. */
export function s3Bucket(place: BucketPlace): Bucket {
  const { traits, traffic, conditions } = place;
  const breaker = traffic.createBreaker(signal => askHarmlessly(place, signal));
  const context: BucketContext = { ...place, breaker };
  return {
    name: context.name,
    get looksBeforeWriting() {
      return mustLookFirst(conditions.put.absent);
    },
    get clockOffset() {
      return traits.clockOffset;
    },
    list: request => listObjects(context, request),
    listVersions: request => listVersions(context, request),
    head: request => headObject(context, request),
    get: request => getObject(context, request),
    put: request => putObject(context, request),
    startMultipart: request => startUpload(context, request),
    putPart: request => putPart(context, request),
    listParts: (upload, signal) => listParts(context, upload, signal),
    completeMultipart: request => completeUpload(context, request),
    abortMultipart: (upload, signal) => abortUpload(context, upload, signal),
    requestRestore: request => restoreArchived(context, request),
    versioning: signal => versioningOf(context, signal),
  };
}

async function versioningOf(
  { client, endpoint, name }: BucketContext,
  signal: AbortSignal,
): Promise<Versioning> {
  try {
    const answer = await storeRequest({ endpoint, bucket: name }, signal, () =>
      client.send(new GetBucketVersioningCommand({ Bucket: name }), { abortSignal: signal }),
    );
    if (answer.Status === 'Enabled') return 'enabled';
    return answer.Status === 'Suspended' ? 'suspended' : 'off';
  } catch (error) {
    if (error instanceof Failure && error.code === 'cancelled') throw error;
    return 'unknown';
  }
}
