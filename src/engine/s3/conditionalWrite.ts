import { setTimeout as delay } from 'node:timers/promises';
import type { Attempt } from '../network/attempt';
import type { Condition, ObjectHead, StoredObject } from '../ports/bucket';
import type { WriteKind } from '../ports/writeKnowledge';
import { fromStoreError, httpStatus } from '../failures/storeErrors';
import { Failure } from '../failures/failure';
import { wholeChecksum } from '../checksums/storeChecksums';
import { matchHeader } from './answerField';
import {
  doubtTreatment,
  learnTreatment,
  maySendHeader,
  needsHeadFirst,
  type ConditionCapability,
  type ConditionTreatment,
  type ShownTreatment,
} from './storeCapabilities';
import { checkReplacedVersion } from './replacedVersion';
import { bucketMustExist, headIfReadable, refusedBy } from './readableHead';
import { mayRefuseConditions } from './refusedHeader';
import type { BucketContext } from './bucketContext';

/** A write under a condition, and what tells our own object from somebody else's. */
export interface ConditionalWrite {
  readonly kind: WriteKind;
  readonly key: string;
  readonly size: number;
  /** Whether an object of this size is what an attempt of this very write has made. */
  readonly isOwn: (told: StoredBytes) => boolean;
  /** Whether an object of this size has just these bytes, by a digest, whoever has stored it. */
  readonly hasSameDigest: (etag: string) => boolean;
  /** Changes only where an attempt of this very write has left a damaged object behind. */
  condition: Condition;
  readonly signal: AbortSignal;
}

type StoredBytes = Pick<StoredObject, 'etag' | 'crc32' | 'crc64nvme' | 'sha256'>;

export interface ConditionHeaders {
  readonly IfNoneMatch?: string;
  readonly IfMatch?: string;
}

/** Sends the request with these headers, or with none. */
type Send = (headers: ConditionHeaders) => Promise<StoredObject>;

/**
 * Makes one attempt at a write, with its condition as headers (S3's page "How to prevent object
 * overwrites with conditional writes"; RFC 9110, section 13.1). It first asks for what is there,
 * by HEAD, where the store is not known to honour just this condition, and where an earlier attempt
 * may have been carried out. It asks after a refusal too, which may be due to an earlier attempt of
 * our own. Returns what the store says of the object that it has made, or of one that proves to be
 * our own. Throws `changed-in-cloud` where the condition does not hold.
 */
export async function conditionalWrite(
  context: BucketContext,
  write: ConditionalWrite,
  attempt: Attempt,
  send: Send,
): Promise<StoredObject> {
  // As it was when this attempt began: what others learn meanwhile says nothing of what was sent.
  const treatment = treatmentOf(context, write);
  const own = await headBefore(context, write, attempt, treatment);
  if (own !== undefined) return own;
  let stored: StoredObject;
  try {
    stored = await sendUnderCondition(context, write, treatment, send);
  } catch (error) {
    const explained = await explainRefusal(context, write, attempt, treatment, error);
    return explained === 'send-anew' ? conditionalWrite(context, write, attempt, send) : explained;
  }
  if (needsHeadFirst(treatmentOf(context, write))) {
    await checkReplacedVersion(context, write, stored, () => {
      learn(context, write, 'ignored');
    });
  }
  return stored;
}

/** Returns the object where it is our own. Throws `changed-in-cloud` where another one is there. */
async function headBefore(
  context: BucketContext,
  write: ConditionalWrite,
  attempt: Attempt,
  treatment: ConditionTreatment,
): Promise<StoredObject | undefined> {
  const isHonoured = !needsHeadFirst(treatment);
  if (isHonoured && !attempt.uncertain) return undefined;
  const current = await headIfReadable(context, write);
  if (current.kind !== 'seen' && isHonoured) return undefined;
  if (current.kind === 'denied') throw current.failure;
  // A list may hide what stands there; only together with a condition it is look enough.
  const isShown = treatment !== 'unknown' && treatment !== 'doubted';
  if (current.kind === 'listed' && isShown) throw current.failure;
  const own = ownOf(write, attempt, current.head);
  if (own !== undefined) return own;
  if (holds(write.condition, current.head)) return undefined;
  if (current.head === undefined) await bucketMustExist(context, write);
  throw await refusedBy(context, write, current.head);
}

/**
 * Looks once more, as before an attempt: for whoever sends again within one, since the first sending
 * has taken its time. Throws `changed-in-cloud` where another object is there, which may be our own.
 */
export async function lookAgain(
  context: BucketContext,
  write: ConditionalWrite,
  attempt: Attempt,
): Promise<void> {
  const own = await headBefore(context, write, attempt, treatmentOf(context, write));
  if (own !== undefined) throw new Failure('changed-in-cloud', write.key);
}

/** Sends with the header. Where the store refuses the header itself, asks again and sends without. */
async function sendUnderCondition(
  context: BucketContext,
  write: ConditionalWrite,
  treatment: ConditionTreatment,
  send: Send,
): Promise<StoredObject> {
  if (!maySendHeader(treatment)) return send({});
  try {
    return await send(headersOf(context, write.condition));
  } catch (error) {
    if (treatment === 'honoured' || !mayRefuseConditions(error)) throw error;
    const current = await headIfReadable(context, write);
    if (current.kind !== 'seen') throw current.failure;
    if (!holds(write.condition, current.head)) throw new Failure('changed-in-cloud', write.key);
    let stored: StoredObject;
    try {
      stored = await send({});
    } catch (second) {
      // Refused without it, too: the header was not to blame.
      throw mayRefuseConditions(second) ? error : second;
    }
    learn(context, write, 'refused');
    return stored;
  }
}

/**
 * Explains a refusal by what is there now. Returns our own object, from an attempt whose answer was
 * lost or from another window; throws `changed-in-cloud` after somebody else's change; and returns
 * `send-anew`, after a look, where the store turns out to refuse a condition that holds: the first
 * time with it, where such conditions count as honoured, and then without.
 */
async function explainRefusal(
  context: BucketContext,
  write: ConditionalWrite,
  attempt: Attempt,
  treatment: ConditionTreatment,
  error: unknown,
): Promise<StoredObject | 'send-anew'> {
  const { key, condition } = write;
  const { code } = fromStoreError(error, { endpoint: context.endpoint, key });
  // Some stores refuse a name with 409 that they cannot keep, whatever stands there.
  const isConflict = httpStatus(error) === 409 && code !== 'name-refused';
  if (!isConflict && !explainedByHead.has(code)) throw error;
  const isGone = code === 'no-such-upload';
  // The answer was lost, and the store may still be putting the parts together.
  const delaysMs = isGone && attempt.uncertain ? headDelaysMs : [];
  let wasSeen: boolean;
  for (let heads = 0; ; heads++) {
    const current = await headIfReadable(context, write);
    if (current.kind === 'denied') {
      // It may be an earlier attempt of our own; nobody can tell.
      throw attempt.uncertain ? current.failure : error;
    }
    wasSeen = current.kind === 'seen';
    const own = ownOf(write, attempt, current.head);
    const doesHold = holds(condition, current.head);
    if (code === 'changed-in-cloud' && !doesHold && isOfStore(error)) {
      learn(context, write, 'honoured');
    }
    if (own !== undefined) return own;
    if (!doesHold && !isConflict) throw await refusedBy(context, write, current.head, error);
    const delayMs = delaysMs[heads];
    if (delayMs === undefined) break;
    await delay(delayMs, undefined, { signal: write.signal });
  }
  if (code !== 'changed-in-cloud' || error instanceof Failure) throw error;
  // Nothing was looked at before it was sent, or another write has shown it meanwhile.
  if (treatment === 'honoured' || treatmentOf(context, write) === 'honoured') {
    // A list may not show it yet, and what stands before the store proves nothing.
    if (!wasSeen || !isOfStore(error)) throw new Failure('changed-in-cloud', key, error);
    // Somebody may have changed it and changed it back: one such refusal is no proof.
    doubtTreatment(context.capabilities.conditions, capabilityOf(write));
    return 'send-anew';
  }
  if (!isOfStore(error) || !maySendHeader(treatment)) throw new Failure('unexpected', key, error);
  // Honoured after all: having been ignored before, it is not inverted.
  if (treatment === 'ignored') throw new Failure('changed-in-cloud', key, error);
  learn(context, write, 'inverted');
  return 'send-anew';
}

const explainedByHead = new Set(['changed-in-cloud', 'no-such-key', 'no-such-upload']);

/** A store may take minutes; this only keeps a whole file from being sent twice. */
const headDelaysMs = [500, 1_000, 2_000, 4_000, 8_000, 15_000];

/** Whether the store itself has answered: a firewall's answer proves nothing of the store. */
function isOfStore(error: unknown): boolean {
  return error instanceof Error && error.name === 'PreconditionFailed';
}

/**
 * Returns what is there where it has our bytes. A CRC is enough to recognise an attempt of our
 * own; that another object has the same bytes is proved by nothing less than a digest.
 */
function ownOf(
  { size, isOwn, hasSameDigest, condition }: ConditionalWrite,
  { uncertain }: Attempt,
  present: ObjectHead | undefined,
): StoredObject | undefined {
  if (present?.size !== size) return undefined;
  const { etag, versionId } = present;
  const sha256 = wholeChecksum(present, 'sha256');
  const crc64nvme = wholeChecksum(present, 'crc64nvme');
  const found = {
    etag,
    versionId,
    crc32: wholeChecksum(present, 'crc32'),
    ...(crc64nvme !== undefined && { crc64nvme }),
    ...(sha256 !== undefined && { sha256 }),
  };
  const isSame = !holds(condition, present) && !present.etagIsOpaque && hasSameDigest(etag);
  return isSame || (uncertain && isOwn(found)) ? found : undefined;
}

function treatmentOf({ capabilities }: BucketContext, write: ConditionalWrite): ConditionTreatment {
  return capabilities.conditions[write.kind][write.condition.kind];
}

function learn(
  { capabilities, endpoint, name, onWeakness }: BucketContext,
  write: ConditionalWrite,
  shown: ShownTreatment,
): void {
  const weakness = learnTreatment(capabilities.conditions, capabilityOf(write), shown);
  if (weakness !== undefined) onWeakness({ endpoint, bucket: name, what: weakness });
}

function capabilityOf({ kind, condition }: ConditionalWrite): ConditionCapability {
  return { write: kind, condition: condition.kind };
}

function holds(condition: Condition, present: ObjectHead | undefined): boolean {
  return condition.kind === 'absent' ? present === undefined : present?.etag === condition.etag;
}

function headersOf({ capabilities }: BucketContext, condition: Condition): ConditionHeaders {
  return condition.kind === 'absent'
    ? { IfNoneMatch: '*' }
    : { IfMatch: matchHeader(condition.etag, capabilities.etags.case) };
}
