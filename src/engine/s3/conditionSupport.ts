import type { Condition } from '../ports/bucket';

/**
 * What a store does with the condition of a write. Putting and completing, `If-None-Match` and
 * `If-Match`, are four capabilities: stores exist that have any one of them without the others.
 */
export type ConditionSupport = Record<WriteKind, Record<Condition['kind'], Treatment>>;

/** The two requests that make an object. */
export type WriteKind = 'put' | 'completion';

export type Treatment =
  /** No answer has shown it. */
  | 'unknown'
  /** A write was refused whose condition really did not hold. */
  | 'honoured'
  /** A write was carried out whose condition did not hold. */
  | 'ignored'
  /** Requests with the header are not carried out at all. */
  | 'refused'
  /** A write was refused although its condition held. */
  | 'inverted';

export interface Capability {
  readonly write: WriteKind;
  readonly condition: Condition['kind'];
}

/** That of a store of which all is known, or nothing. */
export function conditionSupport(treatment: 'honoured' | 'unknown'): ConditionSupport {
  return {
    put: { absent: treatment, unchanged: treatment },
    completion: { absent: treatment, unchanged: treatment },
  };
}

/** Whether only a look directly before the write keeps a copy from being replaced unseen. */
export function mustLookFirst(treatment: Treatment): boolean {
  return treatment !== 'honoured';
}

/** Where it does no good it may still do no harm: a store may ignore it in some cases only. */
export function maySendHeader(treatment: Treatment): boolean {
  return treatment !== 'refused' && treatment !== 'inverted';
}

/**
 * Takes in what an answer has shown of one capability, and of no other. Gives what its users should
 * know of the store; `undefined` where there is nothing, or it has been said.
 */
export function learnTreatment(
  support: ConditionSupport,
  { write, condition }: Capability,
  shown: Exclude<Treatment, 'unknown'>,
): string | undefined {
  // What was proved once is not doubted for one odd answer: two changes may have followed one another.
  if (support[write][condition] !== 'unknown') return undefined;
  support[write][condition] = shown;
  if (shown === 'honoured') return undefined;
  const header = condition === 'absent' ? 'If-None-Match' : 'If-Match';
  const request = write === 'put' ? 'PutObject' : 'CompleteMultipartUpload';
  return `${header} is ${shown} by this store with ${request}: what somebody else stores in the moment between a look and the write is not seen.`;
}
