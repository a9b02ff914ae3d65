import type { Bucket } from '../../../src/engine/ports/bucket';
import type { Connection } from '../../../src/engine/ports/connection';
import { memoryAccount } from './memoryAccount';

/** A connection to a store that has this one bucket, under whatever name. */
export function memoryConnection(bucket: Bucket): Connection {
  return {
    endpoint: 'memory',
    store: 'memory',
    check: () => Promise.resolve(),
    account: memoryAccount(),
    bucket: () => bucket,
    caller: () => Promise.resolve(undefined),
    capabilitiesOf: () => [],
    signIn: () => Promise.resolve({ kind: 'not-needed' }),
    tryAgain: () => undefined,
    close: () => undefined,
  };
}
