import type { CircuitBreaker } from '../network/circuitBreaker';
import type { TransferControl } from '../network/transferControl';
import type { EtagCase } from './answerField';
import type { ChecksumSupport } from './checksumNegotiation';
import type { ConditionSupport } from './conditionSupport';
import type { RegionalClient } from './regionalClient';

/** Where a bucket is, and how one gets there. */
export interface BucketPlace {
  readonly client: Pick<RegionalClient, 'send'>;
  readonly endpoint: string;
  readonly traits: StoreTraits;
  readonly traffic: TransferControl;
  readonly name: string;
  /** What is known of this bucket's way with conditions. */
  readonly conditions: ConditionSupport;
  /** Told of what the store cannot do, in words for the log. */
  readonly onWeakness: (message: string) => void;
}

/** What every request to the bucket needs. */
export interface BucketContext extends BucketPlace {
  readonly breaker: CircuitBreaker;
}

/** What the answers of a store have taught about it. */
export interface StoreTraits {
  /** How far the store's clock is ahead of ours, in milliseconds. */
  clockOffset: number;
  /** Whether the store takes a CRC32 with a write, and gives it back. */
  readonly crc32: ChecksumSupport;
  etagCase: EtagCase;
}
