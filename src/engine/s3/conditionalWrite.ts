import type {
  CompleteMultipartUploadCommandOutput,
  PutObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { setTimeout as delay } from 'node:timers/promises';
import type { Attempt } from '../network/attempt';
import type { Condition, ObjectHead, StoredObject } from '../ports/bucket';
import { fromStoreError, httpStatus } from '../failures/storeErrors';
import { Failure } from '../failures/failure';
import { wholeChecksum } from '../checksums/wholeChecksum';
import { matchHeader, plainEtag } from './answerField';
import {
  learnTreatment,
  maySendHeader,
  mustLookFirst,
  type Treatment,
  type WriteKind,
} from './conditionSupport';
import { lookAtVersionBefore } from './lookAtVersionBefore';
import { bucketMustExist, headIfReadable } from './readableHead';
import { refusesConditions } from './refusesConditions';
import type { BucketContext } from './bucketContext';

/** A write under a condition, and what tells an object of our own from somebody else's. */
export interface ConditionalWrite {
  readonly kind: WriteKind;
  readonly key: string;
  readonly size: number;
  /** Whether an object of this size is what an attempt of this very write has made. */
  readonly isOwn: (told: ToldOfBytes) => boolean;
  /** Whether an object of this size has just these bytes, by a digest, whoever has stored it. */
  readonly hasSameDigest: (etag: string) => boolean;
  /** Changes only where an attempt of this very write has left something behind. */
  condition: Condition;
  readonly signal: AbortSignal;
}

type ToldOfBytes = Pick<StoredObject, 'etag' | 'crc32'>;
type WriteAnswer = PutObjectCommandOutput | CompleteMultipartUploadCommandOutput;

export interface ConditionHeaders {
  readonly IfNoneMatch?: string;
  readonly IfMatch?: string;
}

/** Sends the request with these headers, or without any. */
type Send = (headers: ConditionHeaders) => Promise<WriteAnswer>;

/**
 * Carries out one attempt of a write, with its condition as headers. Looks before it wherever the
 * store is not known to honour just this condition, and after an attempt whose answer was lost; and
 * looks after a refusal, which may be about an earlier attempt of our own. Gives what the store says
 * of the object that it has made, or of the one that turns out to be our own.
 */
export async function conditionalWrite(
  context: BucketContext,
  write: ConditionalWrite,
  attempt: Attempt,
  send: Send,
): Promise<StoredObject> {
  // As it was when this attempt began: what others learn meanwhile says nothing of what was sent.
  const treatment = treatmentOf(context, write);
  const own = await lookBefore(context, write, attempt, treatment);
  if (own !== undefined) return own;
  let stored: StoredObject;
  try {
    stored = await underCondition(context, write, treatment, send);
  } catch (error) {
    const settled = await lookAfterRefusal(context, write, attempt, treatment, error);
    return settled === 'send-without' ? conditionalWrite(context, write, attempt, send) : settled;
  }
  if (mustLookFirst(treatmentOf(context, write))) {
    await lookAtVersionBefore(context, write, stored, () => {
      learn(context, write, 'ignored');
    });
  }
  return stored;
}

/** Gives the object back where it is our own; throws where something stands in the way. */
async function lookBefore(
  context: BucketContext,
  write: ConditionalWrite,
  attempt: Attempt,
  treatment: Treatment,
): Promise<StoredObject | undefined> {
  const isHonoured = !mustLookFirst(treatment);
  if (isHonoured && !attempt.uncertain) return undefined;
  const look = await headIfReadable(context, write);
  if (look.kind === 'denied') {
    if (isHonoured) return undefined;
    throw look.failure;
  }
  const own = ownOf(write, attempt, look.head);
  if (own !== undefined) return own;
  if (holds(write.condition, look.head)) return undefined;
  if (look.head === undefined) await bucketMustExist(context, write);
  throw new Failure('changed-in-cloud', write.key);
}

/** Sends with the header; where it is that which the store minds, looks again and sends without. */
async function underCondition(
  context: BucketContext,
  write: ConditionalWrite,
  treatment: Treatment,
  send: Send,
): Promise<StoredObject> {
  if (!maySendHeader(treatment)) return toStored(await send({}));
  try {
    return toStored(await send(headersOf(context, write.condition)));
  } catch (error) {
    if (treatment !== 'unknown' || !refusesConditions(error)) throw error;
    const look = await headIfReadable(context, write);
    if (look.kind === 'denied') throw look.failure;
    if (!holds(write.condition, look.head)) throw new Failure('changed-in-cloud', write.key);
    let stored: StoredObject;
    try {
      stored = toStored(await send({}));
    } catch (second) {
      // Refused without it, too: the header was not to blame.
      throw refusesConditions(second) ? error : second;
    }
    learn(context, write, 'refused');
    return stored;
  }
}

/**
 * Tells what a refusal means by what stands there now: our own bytes, from an attempt whose answer
 * was lost or from another window; a change of somebody else; or nothing that would explain it.
 */
async function lookAfterRefusal(
  context: BucketContext,
  write: ConditionalWrite,
  attempt: Attempt,
  treatment: Treatment,
  error: unknown,
): Promise<StoredObject | 'send-without'> {
  const { key, condition } = write;
  const { code } = fromStoreError(error, { endpoint: context.endpoint, key });
  const isConflict = httpStatus(error) === 409;
  if (!isConflict && !explainedByALook.has(code)) throw error;
  const isGone = code === 'no-such-upload';
  // Parts are being put together behind an answer that was lost, for as long as that takes.
  const pauses = isGone && attempt.uncertain ? pausesBetweenLooks : [];
  for (let looks = 0; ; looks++) {
    const look = await headIfReadable(context, write);
    if (look.kind === 'denied') {
      // Whether it is an earlier attempt of our own cannot be told.
      throw attempt.uncertain ? look.failure : error;
    }
    const own = ownOf(write, attempt, look.head);
    const doesHold = holds(condition, look.head);
    if (code === 'changed-in-cloud' && !doesHold && isOfStore(error)) {
      learn(context, write, 'honoured');
    }
    if (own !== undefined) return own;
    if (!doesHold && !isConflict) throw new Failure('changed-in-cloud', key, error);
    const pause = pauses[looks];
    if (pause === undefined) break;
    await delay(pause, undefined, { signal: write.signal });
  }
  if (code !== 'changed-in-cloud' || error instanceof Failure) throw error;
  // Two changes, one after the other.
  if (treatmentOf(context, write) === 'honoured') throw new Failure('changed-in-cloud', key, error);
  if (!isOfStore(error) || !maySendHeader(treatment)) throw new Failure('unexpected', key, error);
  // Heeded after all: that it was ignored before proves that it is not inverted.
  if (treatment === 'ignored') throw new Failure('changed-in-cloud', key, error);
  learn(context, write, 'inverted');
  return 'send-without';
}

const explainedByALook = new Set(['changed-in-cloud', 'no-such-key', 'no-such-upload']);

/** Milliseconds. A store may take minutes; this only keeps a whole file from being sent twice. */
const pausesBetweenLooks = [500, 1_000, 2_000, 4_000, 8_000, 15_000];

/** What a firewall answers proves nothing of the store behind it. */
function isOfStore(error: unknown): boolean {
  return error instanceof Error && error.name === 'PreconditionFailed';
}

/**
 * A CRC32 is enough to know an attempt of one's own by; of another object nothing less than a digest
 * proves that its bytes are the same.
 */
function ownOf(
  { size, isOwn, hasSameDigest, condition }: ConditionalWrite,
  { uncertain }: Attempt,
  present: ObjectHead | undefined,
): StoredObject | undefined {
  if (present?.size !== size) return undefined;
  const { etag, versionId } = present;
  const found = { etag, versionId, crc32: wholeChecksum(present, 'crc32') };
  const isSame = !holds(condition, present) && !present.etagIsOpaque && hasSameDigest(etag);
  return isSame || (uncertain && isOwn(found)) ? found : undefined;
}

function treatmentOf({ conditions }: BucketContext, write: ConditionalWrite): Treatment {
  return conditions[write.kind][write.condition.kind];
}

function learn(
  { conditions, endpoint, name, onWeakness }: BucketContext,
  { kind, condition }: ConditionalWrite,
  shown: Exclude<Treatment, 'unknown'>,
): void {
  const news = learnTreatment(conditions, { write: kind, condition: condition.kind }, shown);
  if (news !== undefined) onWeakness(`${endpoint}/${name}: ${news}`);
}

function holds(condition: Condition, present: ObjectHead | undefined): boolean {
  return condition.kind === 'absent' ? present === undefined : present?.etag === condition.etag;
}

function headersOf({ traits }: BucketContext, condition: Condition): ConditionHeaders {
  return condition.kind === 'absent'
    ? { IfNoneMatch: '*' }
    : { IfMatch: matchHeader(condition.etag, traits.etagCase) };
}

/** What a write's answer says of the object that it has made. */
export function toStored(answer: WriteAnswer): StoredObject {
  const { VersionId: versionId, ChecksumType: type, ChecksumCRC32: crc32 } = answer;
  const etag = plainEtag(answer.ETag);
  return { etag, versionId, crc32: type === 'COMPOSITE' ? undefined : crc32 };
}
