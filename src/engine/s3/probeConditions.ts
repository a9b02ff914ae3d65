import type { StoredObject } from '../ports/bucket';
import type { BucketContext } from './bucketContext';
import { headOnce } from './readObject';
import { learnTreatment, needsHeadFirst, type ConditionTreatment } from './storeCapabilities';

/** A small object that we have just created under `If-None-Match`. */
export interface FreshObject {
  readonly key: string;
  readonly size: number;
  readonly stored: StoredObject;
  readonly signal: AbortSignal;
  /** Sends the same bytes once more, as another put under this condition. */
  readonly putAgain: (condition: ImpossibleCondition) => Promise<StoredObject>;
}

/** A condition that does not hold while the object is there. */
export type ImpossibleCondition =
  { readonly 'if-none-match': '*' } | { readonly 'if-match': typeof impossibleEtag };

/** No object has it: it is no digest of these bytes, and no store gives it. */
const impossibleEtag = '"00000000000000000000000000000000"';

/**
 * Finds out, once for each bucket, whether puts under conditions are refused where the condition does
 * not hold: else each put would cost a HEAD for ever, since a store that honours conditions has no
 * reason to refuse any. It pays when a few have been sent. It puts the bytes of an object once more
 * that is our own, seen to be so directly before, and stops with the first put that is not refused:
 * a store that ignores conditions writes the same bytes a second time, once. Returns what stands
 * there afterwards.
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
  const learn = (condition: 'absent' | 'unchanged', shown: Shown) => {
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
    if (!(await isStillThere(context, fresh))) return fresh.stored;
    const replacing = await outcomeOf(fresh, { 'if-match': impossibleEtag });
    // It may be inverted as well as ignored: the first put that meets it will show.
    if (replacing.kind === 'stored') return replacing.stored;
    learn('unchanged', 'honoured');
    return fresh.stored;
  } catch {
    return fresh.stored;
  }
}

/** As many HEADs as the probe costs requests. */
const headsWorthProbing = 4;

/** The others were shown by an answer; the probe would show nothing new. */
const mayBeHonoured: ReadonlySet<ConditionTreatment> = new Set(['unknown', 'honoured']);

const maxProbeBytes = 64 << 10;

type Shown = Exclude<ConditionTreatment, 'unknown'>;

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
  condition: ImpossibleCondition,
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
