import type { BucketOption, BucketPage } from '../../protocol/buckets';
import type { FailureRecord } from '../../protocol/failures';

/**
 * The buckets that one identity sees, each as a whole, and what can be done with them: nothing that
 * removes one. Calls throw a `Failure` where the store refuses or does not know the question.
 */
export interface Account {
  /** The region that new buckets go to unless another one is asked for. */
  readonly region: string;

  /** One page of the buckets. */
  buckets(request: BucketsRequest): Promise<BucketPage>;

  /**
   * Whether a bucket has that name, and whether this identity may use it. Throws `not-s3` where
   * nothing proves that buckets are what the store was asked for.
   */
  presence(bucket: string, signal: AbortSignal): Promise<BucketPresence>;

  /**
   * Makes a bucket, and returns when it is there as one. Throws `bucket-name-taken` or `bucket-already-yours` where there is one, as far
   * as the store tells: some answer as if an old bucket of one's own were new.
   */
  create(bucket: string, region: string, signal: AbortSignal): Promise<void>;

  /**
   * Sets up a bucket that has just been made. It replaces what was set there before. Throws
   * `not-kept` where the store says yes and shows something else afterwards.
   */
  setUp(bucket: string, option: BucketOption, signal: AbortSignal): Promise<SettingProof>;

  /** Lets the bucket keep what is overwritten, from now on. Throws as `setUp` does. */
  turnOnVersioning(bucket: string, signal: AbortSignal): Promise<SettingProof>;

  publicAccess(bucket: string, signal: AbortSignal): Promise<PublicAccess>;

  /** The rules by which the store removes objects, or moves them, by itself. */
  lifecycle(bucket: string, signal: AbortSignal): Promise<readonly LifecycleRule[]>;

  /** For how many days objects are locked by default; 0 where none are. */
  lockedDays(bucket: string, signal: AbortSignal): Promise<number>;
}

/** What is known of a setting that the store took. */
export type SettingProof =
  | { readonly kind: 'shown' }
  /** The store could not be asked, or these credentials may not ask it. */
  | { readonly kind: 'unconfirmed'; readonly failure: FailureRecord };

export interface BucketsRequest {
  /** The `next` of the page before. */
  readonly after?: string | undefined;
  /** Buckets on the page at the most; the store's own limit where it is left out. */
  readonly limit?: number;
  readonly signal: AbortSignal;
  /** Called before every attempt, the first included. */
  readonly onAttempt?: (number: number) => void;
}

export type BucketPresence =
  | { readonly kind: 'absent' }
  | { readonly kind: 'usable'; readonly region: string | undefined }
  | { readonly kind: 'taken' };

/** Whether strangers may read; `unknown` where nothing forbids it and single objects may allow it. */
export type PublicAccess = 'public' | 'blocked' | 'unknown';

/** One lifecycle rule, as far as it concerns current objects without tags: ours have none. */
export interface LifecycleRule {
  readonly prefix: string;
  readonly expires: boolean;
  /** Whether it moves objects to a class from which they must be restored before they are read. */
  readonly archives: boolean;
}
