import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';

import type { Condition, StoredObject } from '../../../src/engine/ports/bucket';
import type { WriteKind } from '../../../src/engine/ports/writeKnowledge';
import { Transport } from '../../../src/engine/s3/transport';
import {
  openConditionStore,
  type ConditionStore,
  type ConditionStoreOptions,
  type StoreRequest,
  type Treatments,
} from './conditionStore';

/** Opens stores for the tests of a file, to be closed after each. */
export const writes = ['put', 'completion'] as const;
export const conditions = ['absent', 'unchanged'] as const;

/** What a store may honour or not, each by itself. */
export const conditionCapabilities = writes.flatMap(write =>
  conditions.map(condition => ({ write, condition })),
);

export function openStores() {
  const opened: ConditionStore[] = [];
  return {
    async open({
      treatments,
      stallTimeoutMs = 20_000,
      completionTimeoutMs = stallTimeoutMs,
      ...options
    }: ConditionStoreOptions & {
      readonly treatments: Treatments;
      readonly stallTimeoutMs?: number;
      readonly completionTimeoutMs?: number;
    }): Promise<ConditionStore> {
      const transport = new Transport({ stallTimeoutMs, completionTimeoutMs });
      const store = await openConditionStore(treatments, { ...options, transport });
      opened.push(store);
      return store;
    },
    async closeAll(): Promise<void> {
      for (const store of opened.splice(0)) await store.close();
    },
  };
}

/** Stores `ours`, in one request or in parts. */
export async function writeOurs(
  { bucket }: ConditionStore,
  write: WriteKind,
  key: string,
  condition: Condition,
): Promise<StoredObject> {
  const body = Buffer.from('ours');
  const signal = AbortSignal.timeout(25_000);
  const attributes = { contentType: 'text/plain', metadata: {} };
  if (write === 'put') return bucket.put({ key, body, condition, attributes, signal });
  const upload = await bucket.startMultipart({ key, attributes, signal });
  const parts = [await bucket.putPart({ upload, partNumber: 1, body, signal })];
  return bucket.completeMultipart({ upload, parts, size: body.byteLength, condition, signal });
}

/** What a comparison sees under the key, as the condition of a write. */
export function seen(store: ConditionStore, kind: Condition['kind'], key: string): Condition {
  return kind === 'absent' ? { kind } : { kind, etag: store.place(key, 'seen') };
}

/** Somebody stores the object between the comparison and the upload: it must stay. */
export async function refusesUnseen(
  store: ConditionStore,
  write: WriteKind,
  kind: Condition['kind'],
  key: string,
): Promise<void> {
  const condition = seen(store, kind, key);
  store.place(key, 'theirs');
  await assert.rejects(writeOurs(store, write, key, condition), { code: 'changed-in-cloud' });
  assert.equal(store.bytes(key), 'theirs');
}

/** Somebody stores the object between the look and the write, so that the store shows what it does. */
export async function learnByRace(
  store: ConditionStore,
  write: WriteKind,
  kind: Condition['kind'],
): Promise<void> {
  const condition = seen(store, kind, 'race');
  let isPlaced = false;
  store.after = request => {
    if (request.kind !== 'head' || request.key !== 'race' || isPlaced) return;
    isPlaced = true;
    store.place('race', 'theirs');
  };
  await Promise.allSettled([writeOurs(store, write, 'race', condition)]);
  assert.ok(isPlaced);
}

/** Takes the next request of the kind out of the store's hands. */
export function takeNext(
  kind: StoreRequest['kind'],
  take: (request: StoreRequest, answer: ServerResponse) => void,
): ConditionStore['intercept'] {
  let isTaken = false;
  return (request, answer) => {
    if (isTaken || request.kind !== kind) return undefined;
    isTaken = true;
    take(request, answer);
    return 'taken';
  };
}

/** Does something just before the store carries the next request of the kind out. */
export function beforeNext(kind: StoreRequest['kind'], act: () => void): ConditionStore['before'] {
  let isDone = false;
  return request => {
    if (isDone || request.kind !== kind) return;
    isDone = true;
    act();
  };
}

/** The writes of an object that the store was asked for. */
export function sentTo({ asked }: ConditionStore, write: WriteKind, key: string): string[] {
  return asked.flatMap(line => {
    const [what = '', of] = line.split(' ');
    return of === key && what.startsWith(write) ? [what] : [];
  });
}

/** How often the store was asked for something, by its kind. */
export function count({ asked }: ConditionStore, kind: string): number {
  return asked.filter(line => line.startsWith(`${kind} `)).length;
}
