import { GetBucketVersioningCommand } from '@aws-sdk/client-s3';
import type { Bucket, Versioning } from '../ports/bucket';
import type { CircuitBreaker } from '../network/circuitBreaker';
import type { StoreTraits } from './openConnection';
import { Failure } from '../failures/failure';
import type { Traffic } from '../network/transferControl';
import { askHarmlessly } from './askHarmlessly';
import { mustLookFirst, type ConditionSupport } from './conditionSupport';
import { listObjects } from './listObjects';
import { listVersions } from './listVersions';
import { abortUpload, completeUpload, listParts, putPart, startUpload } from './multipartUpload';
import { putObject } from './putObject';
import { getObject, headObject } from './readObject';
import type { RegionalClient } from './regionalClient';
import { restoreArchived } from './restoreArchived';
import { storeRequest } from './storeRequest';

/** The `Bucket` port over S3. */
export function s3Bucket(place: BucketPlace): Bucket {
  const { traits, traffic, conditions } = place;
  const breaker = traffic.breaker(signal => askHarmlessly(place, signal));
  const parts: S3BucketParts = { ...place, breaker };
  return {
    name: parts.name,
    get looksBeforeWriting() {
      return mustLookFirst(conditions.put.absent);
    },
    get clockOffset() {
      return traits.clockOffset;
    },
    list: request => listObjects(parts, request),
    listVersions: request => listVersions(parts, request),
    head: request => headObject(parts, request),
    get: request => getObject(parts, request),
    put: request => putObject(parts, request),
    startMultipart: request => startUpload(parts, request),
    putPart: request => putPart(parts, request),
    listParts: (upload, signal) => listParts(parts, upload, signal),
    completeMultipart: request => completeUpload(parts, request),
    abortMultipart: (upload, signal) => abortUpload(parts, upload, signal),
    requestRestore: request => restoreArchived(parts, request),
    versioning: signal => versioningOf(parts, signal),
  };
}

/** Where a bucket is, and how one gets there. */
export interface BucketPlace {
  readonly client: Pick<RegionalClient, 'send'>;
  readonly endpoint: string;
  readonly traits: StoreTraits;
  readonly traffic: Traffic;
  readonly name: string;
  /** What is known of this bucket's way with conditions. */
  readonly conditions: ConditionSupport;
  /** Told of what the store cannot do, in words for the log. */
  readonly onWeakness: (message: string) => void;
}

/** What every request to the bucket needs. */
export interface S3BucketParts extends BucketPlace {
  readonly breaker: CircuitBreaker;
}

async function versioningOf(
  { client, endpoint, name }: S3BucketParts,
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
