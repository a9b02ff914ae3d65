import type { StoreWeakness } from '../../protocol/host';
import type { StorageSettings } from '../config/settings';
import type { CircuitBreaker } from '../network/circuitBreaker';
import type { TransferControl } from '../network/transferControl';
import type { RegionalClient } from './regionalClient';
import type { LearnedCapabilities } from './learnedCapabilities';
import type { StoreCapabilities } from './storeCapabilities';

/** What every request to a bucket needs. */
export interface BucketContext extends BucketPlace {
  readonly breaker: CircuitBreaker;
}

/** Where a bucket is, and how requests get there. */
export interface BucketPlace {
  readonly client: Pick<RegionalClient, 'send' | 'request'>;
  /** The endpoint's URL, or `AWS`. */
  readonly endpoint: string;
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  readonly learned: LearnedCapabilities;
  readonly clock: StoreClock;
  readonly traffic: TransferControl;
  /** How the store is to keep what is uploaded. */
  readonly storage: StorageSettings | undefined;
  /** Called, once for each, with a condition of writes that the store does not honour. */
  readonly onWeakness: (weakness: StoreWeakness) => void;
}

/** The store's clock, learned from the answers so far. */
export interface StoreClock {
  /** How far it is ahead of this machine's, in milliseconds. */
  offsetMs: number;
}
