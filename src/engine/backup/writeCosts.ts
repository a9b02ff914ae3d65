import type { RequestKind } from '../../protocol/reports';
import { maxLanes } from '../network/transferLimits';
import type { Condition } from '../ports/bucket';
import type { WriteKind, WriteKnowledge } from '../ports/writeKnowledge';
import { partsOf } from './partSize';

/*
 * What writes cost in requests. The plan tells it to the user, `docs/cost.md` tells it to everybody,
 * and tests hold both. It holds as long as nothing has to be sent twice: no answer is lost, no file
 * changes meanwhile here or there, and the store takes what it has said that it takes.
 */

/** By kind, without those of which there are none. `PUT part` counts apart from whole files. */
export type Requests = Readonly<Partial<Record<RequestKind | 'PUT part', number>>>;

/** The upload of one file, as far as its costs depend on it. */
export interface PlannedWrite {
  /** In bytes. */
  readonly size: number;
  readonly condition: Condition['kind'];
  /** Whether this computer has recorded another copy than the plan has seen, and looks at it first. */
  readonly hasOtherReceipt: boolean;
  /** Uploads in parts of this file that were cut off. */
  readonly cutOff: number;
}

export interface KnownStore extends WriteKnowledge {
  /** Whether it keeps what is replaced: where a look goes before a write, a list of versions follows. */
  readonly keepsVersions: boolean;
}

/** What one upload costs at the most, without what the first ones find out about the store. */
export function costOfWrite(
  { size, condition, hasOtherReceipt, cutOff }: PlannedWrite,
  { looks, readsBack, keepsVersions }: KnownStore,
): Requests {
  const parts = partsOf(size);
  const write = writeKindOf(parts);
  const looksFirst = looks[write][condition] !== 'never';
  const back = readsBack[write] ? 1 : 0;
  const cost: Record<keyof Requests, number> = {
    LIST: looksFirst && keepsVersions ? 1 : 0,
    HEAD: (looksFirst ? 1 : 0) + (hasOtherReceipt ? 1 : 0) + back,
    GET: back,
    PUT: 0,
    'PUT part': 0,
    POST: 0,
    // Each may turn out to be of no more use, and is aborted.
    other: cutOff,
  };
  if (write === 'put') {
    cost.PUT = 1;
  } else {
    cost['PUT part'] = parts;
    // Begin and complete.
    cost.POST = 2;
    cost.GET += cutOff * Math.ceil(parts / listedParts);
  }
  return sumOf([cost]);
}

/** Parts in one page of their list (S3's page "ListParts"). */
const listedParts = 1_000;

/** Trying out conditions, once for each bucket: three puts of bytes that are there, each after a look. */
export const costOfTrial: Requests = { HEAD: 3, PUT: 3 };

/** What these uploads to one bucket cost at the most. */
export function costOfWrites(writes: readonly PlannedWrite[], store: KnownStore): Requests {
  const costs = new Map<string, { readonly cost: Requests; times: number }>();
  const counts: Record<WriteKind, Record<Condition['kind'], number>> = {
    put: { absent: 0, unchanged: 0 },
    completion: { absent: 0, unchanged: 0 },
  };
  for (const write of writes) {
    const parts = partsOf(write.size);
    counts[writeKindOf(parts)][write.condition]++;
    const { condition, hasOtherReceipt, cutOff } = write;
    // Most are alike.
    const alike = `${condition} ${String(parts)} ${String(hasOtherReceipt)} ${String(cutOff)}`;
    const known = costs.get(alike);
    if (known === undefined) costs.set(alike, { cost: costOfWrite(write, store), times: 1 });
    else known.times++;
  }
  const { triesConditionsAfter: triedAfter, triesChecksums } = store;
  const isTried = triedAfter !== undefined && counts.put.absent >= triedAfter;
  return sumOf([
    ...[...costs.values()].map(({ cost, times }) => timesOf(times, cost)),
    ...(isTried ? [costOfTrial] : []),
    ...(['put', 'completion'] as const).flatMap(write => [
      ...(['absent', 'unchanged'] as const)
        .filter(condition => store.looks[write][condition] === 'until-known')
        .map(condition =>
          timesOf(firstOf(counts[write][condition]), costOfRefusedCondition[write]),
        ),
      triesChecksums[write]
        ? timesOf(
            firstOf(counts[write].absent + counts[write].unchanged),
            costOfRefusedChecksum[write],
          )
        : {},
    ]),
  ]);
}

export function totalOf(cost: Requests): number {
  return Object.values(cost).reduce((sum, count) => sum + count, 0);
}

function writeKindOf(parts: number): WriteKind {
  return parts === 1 ? 'put' : 'completion';
}

/** Those that may be under way before the first of them has shown what the store does. */
function firstOf(writes: number): number {
  return Math.min(writes, maxLanes);
}

/** A store may refuse conditions that hold: that is looked at, and the write sent anew, after a look. */
const costOfRefusedCondition: Readonly<Record<WriteKind, Requests>> = {
  put: { PUT: 1, HEAD: 2 },
  completion: { POST: 1, HEAD: 2 },
};

/** The write is sent once more; an upload that began with checksums of another kind is aborted before. */
const costOfRefusedChecksum: Readonly<Record<WriteKind, Requests>> = {
  put: { PUT: 1 },
  completion: { POST: 1, other: 1 },
};

function timesOf(times: number, cost: Requests): Requests {
  return sumOf([cost], times);
}

function sumOf(costs: readonly Requests[], times = 1): Requests {
  const sum: Partial<Record<keyof Requests, number>> = {};
  for (const cost of costs) {
    for (const [kind, count] of Object.entries(cost) as [keyof Requests, number][]) {
      if (count > 0 && times > 0) sum[kind] = (sum[kind] ?? 0) + count * times;
    }
  }
  return sum;
}
