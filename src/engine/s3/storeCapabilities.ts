import type { CapabilityName } from '../../protocol/buckets';
import type { Condition } from '../ports/bucket';
import type { WriteKind } from '../ports/writeKnowledge';
import type { EtagCase } from './answerField';

/**
 * How a store may differ from S3, as far as its answers have shown it: one record for each bucket.
 * What holds for all buckets of an endpoint is shared by their records.
 */
export interface StoreCapabilities {
  readonly conditions: ConditionSupport;
  /** Whether the conditions of puts are still to be tried out. */
  readonly conditionProbe: ConditionProbe;
  readonly checksums: ChecksumSupport;
  /** With which of these a request of an upload was refused, until another upload shows why. */
  readonly suspectedOfUploads: Set<ChecksumOfUpload>;
  /** How the store spells the digests in its ETags. */
  readonly etags: { case: EtagCase };
  /** When it was last looked whether an ETag is a digest, as `performance.now` tells it. */
  readonly digestEtags: { lookedAtMs: number };
  /** What the latest answers have shown of the rest. Each answer is read for what it is, all the same. */
  readonly shown: Record<ShownCapability, Support>;
}

/** What is told to users, and decided anew by each answer, or by one of many. */
export type ShownCapability = Extract<
  CapabilityName,
  | 'encrypts-by-kms'
  | 'digest-etags'
  | 'encoded-lists'
  | 'uploads-in-parts'
  | 'lists-parts'
  | 'all-names'
>;

/** Whether the store accepts a CRC32 with a single put, and with an upload in parts as a whole. */
export interface ChecksumSupport {
  put: Support;
  upload: Support;
  /** Whether it accepts a SHA-256 with a single put, which is sent where ETags are no digests. */
  sha256: Support;
  /** The same for a CRC64NVME with an upload in parts, as a whole. */
  crc64nvme: Support;
}

/** One that an upload in parts has as a whole. */
export type ChecksumOfUpload = 'upload' | 'crc64nvme';

export type Support = 'unknown' | 'supported' | 'unsupported';

/**
 * What a store does with the condition of a write. Putting and completing, `If-None-Match` and
 * `If-Match`, are four capabilities: stores exist that have any one of them without the others. S3
 * itself honours all four (RFC 9110, sections 13.1.1 and 13.1.2; S3's page "How to prevent object
 * overwrites with conditional writes").
 */
export type ConditionSupport = Record<WriteKind, Record<Condition['kind'], ConditionTreatment>>;

/** What has been done to find out about the conditions of puts. */
export interface ConditionProbe {
  state: 'due' | 'done';
  /** Puts that had to be preceded by a HEAD. */
  headsPaid: number;
}

export type ConditionTreatment =
  /** No answer has shown it. */
  | 'unknown'
  /** A write was refused whose condition did not hold. */
  | 'honoured'
  /** Looked honoured until a write was refused whose condition held. Another such refusal is proof. */
  | 'doubted'
  /** A write was carried out whose condition did not hold. */
  | 'ignored'
  /** Requests with the header are refused, whatever the condition. */
  | 'refused'
  /** A write was refused although its condition held. */
  | 'inverted';

/** What an answer can show. */
export type ShownTreatment = Exclude<ConditionTreatment, 'unknown' | 'doubted'>;

/** One of the four capabilities of writes under conditions. */
export interface ConditionCapability {
  readonly write: WriteKind;
  readonly condition: Condition['kind'];
}

/** Returns the capabilities of S3 itself, or of a store of which nothing is known yet. */
export function storeCapabilities(store: 'aws' | 'unknown'): StoreCapabilities {
  const checksums: Support = store === 'aws' ? 'supported' : 'unknown';
  return {
    conditions: conditionSupport(store),
    conditionProbe: conditionProbe(store),
    checksums: { put: checksums, upload: checksums, sha256: checksums, crc64nvme: checksums },
    suspectedOfUploads: new Set(),
    etags: { case: 'lower' },
    digestEtags: { lookedAtMs: -Infinity },
    shown: shownOf(store),
  };
}

/** Returns those of another bucket at the same endpoint: each may lie in a store of its own. */
export function forAnotherBucket(
  capabilities: StoreCapabilities,
  store: 'aws' | 'unknown',
): StoreCapabilities {
  return {
    ...capabilities,
    conditions: conditionSupport(store),
    conditionProbe: conditionProbe(store),
    digestEtags: { lookedAtMs: -Infinity },
    shown: shownOf(store),
  };
}

function shownOf(store: 'aws' | 'unknown'): StoreCapabilities['shown'] {
  const known: Support = store === 'aws' ? 'supported' : 'unknown';
  return {
    'encrypts-by-kms': 'unknown',
    // Of a bucket with SSE-KMS they are none (S3's page "Checking object integrity").
    'digest-etags': 'unknown',
    'encoded-lists': known,
    'uploads-in-parts': known,
    'lists-parts': known,
    'all-names': known,
  };
}

function conditionSupport(store: 'aws' | 'unknown'): ConditionSupport {
  const treatment = store === 'aws' ? 'honoured' : 'unknown';
  return {
    put: { absent: treatment, unchanged: treatment },
    completion: { absent: treatment, unchanged: treatment },
  };
}

function conditionProbe(store: 'aws' | 'unknown'): ConditionProbe {
  return { state: store === 'aws' ? 'done' : 'due', headsPaid: 0 };
}

/** Whether only a HEAD directly before the write keeps it from replacing an unseen copy. */
export function needsHeadFirst(treatment: ConditionTreatment): boolean {
  return treatment !== 'honoured';
}

/** Whether to send the header: even where it is ignored in some cases, it may help in others. */
export function maySendHeader(treatment: ConditionTreatment): boolean {
  return treatment !== 'refused' && treatment !== 'inverted';
}

/**
 * Records what an answer has shown of one capability, and of no other. Returns a warning for the
 * users of the store; `undefined` where there is none, or it has been given.
 */
export function learnTreatment(
  support: ConditionSupport,
  { write, condition }: ConditionCapability,
  shown: ShownTreatment,
): string | undefined {
  const known = support[write][condition];
  // A store that refuses whatever it is sent refuses what does not hold, too.
  const mayLearn = known === 'unknown' || (known === 'doubted' && shown !== 'honoured');
  // What was shown once is not taken back for one odd answer: two changes may have followed one another.
  if (!mayLearn) return undefined;
  support[write][condition] = shown;
  if (shown === 'honoured') return undefined;
  const header = condition === 'absent' ? 'If-None-Match' : 'If-Match';
  const request = write === 'put' ? 'PutObject' : 'CompleteMultipartUpload';
  const what = shown === 'inverted' ? 'misread' : shown;
  return `${header} is ${what} by this store with ${request}: what somebody else stores in the moment between a look and the write is not seen.`;
}

/**
 * Records that a write was refused whose condition held, where such conditions count as honoured.
 * From then on a HEAD precedes each write that is sent with its condition.
 */
export function doubtTreatment(
  support: ConditionSupport,
  { write, condition }: ConditionCapability,
): void {
  if (support[write][condition] === 'honoured') support[write][condition] = 'doubted';
}
