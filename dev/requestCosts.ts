import { partsOf } from '../src/engine/backup/partSize';
import {
  costOfTrial,
  costOfWrite,
  type KnownStore,
  type Requests,
} from '../src/engine/backup/writeCosts';
import { knownOfWrites } from '../src/engine/s3/knownOfWrites';
import { storeCapabilities } from '../src/engine/s3/storeCapabilities';

/** What is under way by then has its places taken by the next before it sees the outcome. */
const mostFirstLooks = 128;

/** One that has not answered yet. */
export const newStore: KnownStore = {
  ...knownOfWrites(storeCapabilities('unknown')),
  keepsVersions: false,
};
export const newStoreWithVersions: KnownStore = { ...newStore, keepsVersions: true };
export const honouringStore: KnownStore = {
  ...knownOfWrites(storeCapabilities('aws')),
  keepsVersions: false,
};

function costOfNew(size: number, store: KnownStore): Requests {
  return costOfWrite({ size, condition: 'absent', hasOtherReceipt: false, cutOff: 0 }, store);
}

/**
 * What a run asks, in a new window, of a store that honours conditions. `test/s3/cost.test.ts` counts
 * it, and the table of `docs/cost.md` is made of it. `copies` are those in the bucket.
 */
export const requestCosts = {
  /** Nothing is there yet. Until conditions have been tried out, a look precedes each put. */
  firstBackUp: (files: number): Requests => {
    const { PUT = 0 } = costOfNew(1, honouringStore);
    const { PUT: tried = 0 } = costOfTrial;
    // Whether versions are kept, for the estimate.
    return { LIST: 1, GET: 1, PUT: files * PUT + tried, HEAD: mostFirstLooks };
  },
  compare: (copies: number): Requests => ({ LIST: pages(copies) }),
  /** New or changed; whether the store honours conditions is not known yet. */
  backUpSmall: (copies: number): Requests => ({ LIST: pages(copies), ...costOfNew(1, newStore) }),
  backUpLarge: (copies: number, bytes: number): Requests => ({
    LIST: pages(copies),
    ...costOfNew(bytes, newStore),
  }),
  restoreSmall: (copies: number): Requests => ({ LIST: pages(copies), GET: copies }),
  restoreLarge: (bytes: number): Requests => ({ LIST: 1, HEAD: 1, GET: partsOf(bytes) }),
};

function pages(copies: number): number {
  return Math.max(1, Math.ceil(copies / 1_000));
}
