import type { BucketOption } from '../../../src/protocol/buckets';
import type {
  Account,
  BucketPresence,
  LifecycleRule,
  PublicAccess,
} from '../../../src/engine/ports/account';
import { Failure } from '../../../src/engine/failures/failure';

/** An account whose buckets are in memory; what a store may refuse can be refused. */
export interface MemoryAccount extends Account {
  readonly created: Map<string, { readonly region: string; readonly options: BucketOption[] }>;
  readonly rules: LifecycleRule[];
  access: PublicAccess;
  locked: number;
  /** Calls with these names fail with the code `access-denied`. */
  readonly refused: Set<keyof Account | BucketOption>;
  /** What it takes and these credentials may not read. */
  readonly unshown: Set<BucketOption>;
}

export function memoryAccount(
  existing: Readonly<Record<string, BucketPresence['kind']>> = {},
): MemoryAccount {
  const account: MemoryAccount = {
    created: new Map(),
    rules: [],
    access: 'unknown',
    locked: 0,
    refused: new Set(),
    unshown: new Set(),
    region: 'eu-central-1',
    buckets: () =>
      answer('buckets', {
        buckets: [...account.created].map(([name, { region }]) => ({ name, region })),
        next: undefined,
      }),
    presence(bucket) {
      const kind = account.created.has(bucket) ? 'usable' : (existing[bucket] ?? 'absent');
      return answer(
        'presence',
        kind === 'usable' ? { kind, region: account.created.get(bucket)?.region } : { kind },
      );
    },
    create(bucket, region) {
      account.created.set(bucket, { region, options: [] });
      return answer('create', undefined);
    },
    async setUp(bucket, option) {
      await answer(option, undefined);
      account.created.get(bucket)?.options.push(option);
      return account.unshown.has(option)
        ? { kind: 'unconfirmed', failure: new Failure('access-denied', bucket).toRecord() }
        : { kind: 'shown' };
    },
    turnOnVersioning: (bucket, signal) => account.setUp(bucket, 'keep-versions', signal),
    publicAccess: () => answer('publicAccess', account.access),
    lifecycle: () => answer('lifecycle', account.rules),
    lockedDays: () => answer('lockedDays', account.locked),
  };

  function answer<T>(call: keyof Account | BucketOption, value: T): Promise<T> {
    return account.refused.has(call)
      ? Promise.reject(new Failure('access-denied', call))
      : Promise.resolve(value);
  }
  return account;
}
