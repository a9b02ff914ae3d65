import type { BucketOption, BucketPage } from '../../protocol/buckets';
import type { FailureRecord } from '../../protocol/failures';

/**
 * The buckets that one identity can see: lists, creates and sets them up, but deletes none. All
 * methods throw a `Failure` if the store refuses the request or does not support it.
 */
export interface Account {
  /** The region of new buckets unless the user chooses another one. */
  readonly region: string;

  /** Returns one page of the list of buckets. */
  buckets(request: BucketsRequest): Promise<BucketPage>;

  /**
   * Returns whether a bucket has that name, and whether this identity may use it. Throws `not-s3` if
   * nothing in the answer proves that it comes from an S3 store.
   */
  presence(bucket: string, signal: AbortSignal): Promise<BucketPresence>;

  /**
   * Creates a bucket, and returns when it has proved to be there. Throws `bucket-name-taken` or
   * `bucket-already-yours` if it exists already, as far as the store tells: some stores answer as if
   * a bucket of the same owner were new.
   */
  create(bucket: string, region: string, signal: AbortSignal): Promise<void>;

  /**
   * Sets an option of a new bucket, and replaces what was set before. Throws `not-kept` if the store
   * accepts it and then shows another value.
   */
  setUp(bucket: string, option: BucketOption, signal: AbortSignal): Promise<SettingProof>;

  /** Turns versioning on, so that overwritten objects are kept from now on. Throws as `setUp`. */
  turnOnVersioning(bucket: string, signal: AbortSignal): Promise<SettingProof>;

  /** Returns whether anybody may read the bucket. */
  publicAccess(bucket: string, signal: AbortSignal): Promise<PublicAccess>;

  /** Returns the rules by which the store expires objects or moves them to other classes. */
  lifecycle(bucket: string, signal: AbortSignal): Promise<readonly LifecycleRule[]>;

  /** Returns for how many days Object Lock retains new objects by default; 0 for none. */
  lockedDays(bucket: string, signal: AbortSignal): Promise<number>;
}

/** What is known about a setting that the store accepted. */
export type SettingProof =
  /** Read back from the store. */
  | { readonly kind: 'shown' }
  /** It could not be read back, for instance because these credentials may not read it. */
  | { readonly kind: 'unconfirmed'; readonly failure: FailureRecord };

export interface BucketsRequest {
  /** The `next` of the previous page. */
  readonly after?: string | undefined;
  /** The maximum of buckets on the page; by default the store's own limit. */
  readonly limit?: number;
  readonly signal: AbortSignal;
  /** Called before each attempt; `number` counts from 1. */
  readonly onAttempt?: (number: number) => void;
}

export type BucketPresence =
  | { readonly kind: 'absent' }
  | { readonly kind: 'usable'; readonly region: string | undefined }
  /** It may be somebody else's, or these credentials may not see buckets. */
  | { readonly kind: 'forbidden' };

/** Whether anybody may read; `unknown` if nothing forbids it, since single objects may allow it. */
export type PublicAccess = 'public' | 'blocked' | 'unknown';

/** One lifecycle rule, as far as it applies to current objects without tags, as all of ours are. */
export interface LifecycleRule {
  readonly prefix: string;
  /** Whether it deletes objects. */
  readonly expires: boolean;
  /** Whether it moves objects to a class from which they must be restored before they can be read. */
  readonly archives: boolean;
}
