import type {
  CompleteMultipartUploadCommandOutput,
  PutObjectCommandOutput,
} from '@aws-sdk/client-s3';
import type { Attempt } from '../attempt';
import type { Condition, ObjectHead, StoredObject } from '../bucket';
import { fromStoreError } from '../errorMapping';
import { Failure } from '../failure';
import { wholeChecksum } from '../wholeChecksum';
import { plainEtag } from './answerField';
import { listObjects } from './listObjects';
import { headOnce } from './readObject';
import type { S3BucketParts } from './s3Bucket';

/** A write under a condition, and what tells an object of our own from somebody else's. */
export interface ConditionalWrite {
  readonly key: string;
  readonly size: number;
  /** Whether an object of this size has just these bytes, by what the store says of it. */
  readonly isOwn: (told: Pick<StoredObject, 'etag' | 'crc32'>) => boolean;
  /** Changes only where an attempt of this very write has left something behind. */
  condition: Condition;
  readonly signal: AbortSignal;
}

type WriteAnswer = PutObjectCommandOutput | CompleteMultipartUploadCommandOutput;

interface ConditionHeaders {
  readonly IfNoneMatch?: string;
  readonly IfMatch?: string;
}

/**
 * Carries out one attempt of a write, with its condition as headers, and looks before it only where
 * it has to: before every write to a store that may ignore conditions, and after an attempt whose
 * answer was lost. Gives what the store says of the object that it has made, or of the one that is
 * our own from that lost attempt.
 */
export async function conditionalWrite(
  parts: S3BucketParts,
  write: ConditionalWrite,
  attempt: Attempt,
  send: (headers: ConditionHeaders) => Promise<WriteAnswer>,
): Promise<StoredObject> {
  const own = await lookBeforeWriting(parts, write, attempt);
  if (own !== undefined) return own;
  try {
    return toStored(await send(headersOf(write.condition)));
  } catch (error) {
    const { code } = fromStoreError(error, { endpoint: parts.endpoint });
    // A refusal teaches that the store honours conditions.
    if (code === 'changed-in-cloud') parts.traits.honoursConditions = true;
    // The copy that should be replaced is gone.
    if (code === 'no-such-key' && write.condition.kind === 'unchanged') {
      throw new Failure('changed-in-cloud', write.key, error);
    }
    throw error;
  }
}

/** Gives the object back where it is our own; throws where something stands in the way. */
async function lookBeforeWriting(
  parts: S3BucketParts,
  write: ConditionalWrite,
  { uncertain }: Attempt,
): Promise<StoredObject | undefined> {
  if (parts.traits.honoursConditions && !uncertain) return undefined;
  const present = await headOnce(parts, write);
  if (present !== undefined && uncertain && present.size === write.size) {
    const { etag, versionId } = present;
    const found = { etag, versionId, crc32: wholeChecksum(present, 'crc32') };
    if (write.isOwn(found)) return found;
  }
  if (holds(write.condition, present)) return undefined;
  if (present === undefined) await bucketMustExist(parts, write);
  throw new Failure('changed-in-cloud', write.key);
}

/** The answer to HEAD cannot say whether an object is missing or its whole bucket; a list can. */
async function bucketMustExist(
  parts: S3BucketParts,
  { key, signal }: ConditionalWrite,
): Promise<void> {
  try {
    await listObjects(parts, { prefix: key, pageSize: 1, signal }).next();
  } catch (error) {
    const isNoStore =
      error instanceof Failure && (error.code === 'no-such-bucket' || error.code === 'not-s3');
    if (isNoStore || signal.aborted) throw error;
  }
}

function holds(condition: Condition, present: ObjectHead | undefined): boolean {
  return condition.kind === 'absent' ? present === undefined : present?.etag === condition.etag;
}

function headersOf(condition: Condition): ConditionHeaders {
  return condition.kind === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: `"${condition.etag}"` };
}

/** What a write's answer says of the object that it has made. */
function toStored(answer: WriteAnswer): StoredObject {
  const { VersionId: versionId, ChecksumType: type, ChecksumCRC32: crc32 } = answer;
  const etag = plainEtag(answer.ETag);
  return { etag, versionId, crc32: type === 'COMPOSITE' ? undefined : crc32 };
}
