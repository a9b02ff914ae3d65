import { partSizeFor } from '../src/engine/backup/partSize';

/** Requests by their kind, as they are counted on the wire. */
export type Requests = Readonly<
  Partial<Record<'LIST' | 'PUT' | 'PUT part' | 'HEAD' | 'POST' | 'GET', number>>
>;

/** What is under way by then has its places taken by the next before it sees the outcome. */
const mostFirstLooks = 128;

/**
 * What a run asks, in a new window, of a store that honours conditions. `test/s3/cost.test.ts` counts
 * it, and the table of `docs/cost.md` is made of it. `copies` are those in the bucket.
 */
export const requestCosts = {
  /** Nothing is there yet. At most three more puts try the conditions out, and a look precedes each until then. */
  firstBackUp: (files: number): Requests => ({ LIST: 1, PUT: files + 3, HEAD: mostFirstLooks }),
  compare: (copies: number): Requests => ({ LIST: pages(copies) }),
  /** New or changed; whether the store honours conditions is not known yet. */
  backUpSmall: (copies: number): Requests => ({ LIST: pages(copies), PUT: 1, HEAD: 1 }),
  backUpLarge: (copies: number, bytes: number): Requests => ({
    LIST: pages(copies),
    'PUT part': parts(bytes),
    HEAD: 1,
    // Begin and complete.
    POST: 2,
  }),
  restoreSmall: (copies: number): Requests => ({ LIST: pages(copies), GET: copies }),
  restoreLarge: (bytes: number): Requests => ({ LIST: 1, HEAD: 1, GET: parts(bytes) }),
};

function pages(copies: number): number {
  return Math.max(1, Math.ceil(copies / 1_000));
}

/** Parts that are sent and ranges that are read are of one size. */
function parts(bytes: number): number {
  return Math.ceil(bytes / partSizeFor(bytes));
}
