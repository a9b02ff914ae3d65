import type { StoredObject } from '../ports/bucket';
import type { BucketContext } from './bucketContext';
import { matchHeader } from './answerField';
import { headOnce } from './readObject';
import {
  learnTreatment,
  needsHeadFirst,
  type ConditionTreatment,
  type ShownTreatment,
  type StoreCapabilities,
} from './storeCapabilities';

/** A small object that the store has just created for a put with `If-None-Match`. */
export interface FreshObject {
  readonly key: string;
  readonly size: number;
  readonly stored: StoredObject;
  readonly signal: AbortSignal;
  /** Sends the same bytes once more, as another put under this condition. */
  readonly putAgain: (condition: ProbeCondition) => Promise<StoredObject>;
}

/** The header of a condition whose outcome is known while the object is there. */
export type ProbeCondition = { readonly 'if-none-match': '*' } | { readonly 'if-match': string };

/** No object has it: it is no digest of these bytes, and no store gives it. */
const impossibleEtag = '"00000000000000000000000000000000"';

/**
 * Finds out, once for each bucket, whether puts under conditions are refused where the condition does
 * not hold: else each put would cost a HEAD for ever, since a store that honours conditions has no
 * reason to refuse any. It pays when a few have been sent. It puts the bytes of an object once more
 * that is our own, seen to be so directly before, and stops with the first put that is not refused:
 * a store that ignores conditions writes the same bytes a second time, once. Since a store may refuse
 * every condition, one that holds must be met as well: creating the object has met one, and the last
 * put meets the other. Returns what stands there afterwards.
 *
 * What fails otherwise leaves unknown what was unknown: the object itself is stored.
 */
export async function probeConditions(
  context: BucketContext,
  fresh: FreshObject,
): Promise<StoredObject> {
  const { capabilities, endpoint, name, onWeakness } = context;
  const { conditionProbe: probe, conditions } = capabilities;
  const { absent, unchanged } = conditions.put;
  if (probe.state === 'done' || !mayBeHonoured.has(absent)) return fresh.stored;
  if (needsHeadFirst(absent) || needsHeadFirst(unchanged)) probe.headsPaid++;
  if (probe.headsPaid < headsWorthProbing) return fresh.stored;
  if (fresh.size > maxProbeBytes) return fresh.stored;
  probe.state = 'done';
  const learn = (condition: 'absent' | 'unchanged', shown: ShownTreatment) => {
    const weakness = learnTreatment(conditions, { write: 'put', condition }, shown);
    if (weakness !== undefined) onWeakness({ endpoint, bucket: name, what: weakness });
  };
  try {
    if (!(await isStillThere(context, fresh))) return fresh.stored;
    const creating = await outcomeOf(fresh, { 'if-none-match': '*' });
    if (creating.kind === 'stored') {
      learn('absent', 'ignored');
      return creating.stored;
    }
    learn('absent', 'honoured');
    if (conditions.put.unchanged !== 'unknown') return fresh.stored;
    if (!(await isStillThere(context, fresh))) return fresh.stored;
    const replacing = await outcomeOf(fresh, { 'if-match': impossibleEtag });
    // It may be inverted as well as ignored: the first put that meets it will show.
    if (replacing.kind === 'stored') return replacing.stored;
    const etag = matchHeader(fresh.stored.etag, capabilities.etags.case);
    const renewing = await outcomeOf(fresh, { 'if-match': etag });
    if (renewing.kind === 'stored') {
      learn('unchanged', 'honoured');
      return renewing.stored;
    }
    // Somebody may have replaced it meanwhile.
    if (await isStillThere(context, fresh)) learn('unchanged', 'inverted');
    return fresh.stored;
  } catch {
    return fresh.stored;
  }
}

/** Returns with which new small file from now on it is tried out; `undefined` where it will not be. */
export function newFilesUntilProbe({
  conditionProbe: probe,
  conditions,
}: StoreCapabilities): number | undefined {
  if (probe.state === 'done' || !mayBeHonoured.has(conditions.put.absent)) return undefined;
  return Math.max(1, headsWorthProbing - probe.headsPaid);
}

/** Nearly as many HEADs as the probe costs requests. */
const headsWorthProbing = 4;

/** The others were shown by an answer; the probe would show nothing new. */
const mayBeHonoured: ReadonlySet<ConditionTreatment> = new Set(['unknown', 'honoured']);

const maxProbeBytes = 64 << 10;

async function isStillThere(
  context: BucketContext,
  { key, stored, signal }: FreshObject,
): Promise<boolean> {
  const head = await headOnce(context, { key, signal });
  return head?.etag === stored.etag && head.versionId === stored.versionId;
}

/** Throws where the store neither stores nor says, in the words of S3, that the condition fails. */
async function outcomeOf(
  { putAgain }: FreshObject,
  condition: ProbeCondition,
): Promise<
  { readonly kind: 'refused' } | { readonly kind: 'stored'; readonly stored: StoredObject }
> {
  try {
    return { kind: 'stored', stored: await putAgain(condition) };
  } catch (error) {
    if (error instanceof Error && error.name === 'PreconditionFailed') return { kind: 'refused' };
    throw error;
  }
}
