import type { Route } from '../../../src/engine/comparison/job';
import { noReceipts, nothingUnfinished } from './recordsInMemory';
import { targetOf } from './targetOf';

/** The way of a folder to its bucket, of which nothing is remembered yet. */
export function routeInMemory({
  prefix,
  ...place
}: Pick<Route, 'root' | 'bucket'> & { readonly prefix: string }): Route {
  return {
    ...place,
    target: targetOf({ bucket: place.bucket.name, prefix }),
    volumes: [],
    receipts: noReceipts(),
    unfinished: nothingUnfinished(),
  };
}
