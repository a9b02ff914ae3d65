import type { KnownCapability } from '../../protocol/buckets';
import type { CallerIdentity, SignInOutcome, SignInPage } from '../../protocol/credentials';
import type { Account } from './account';
import type { Bucket } from './bucket';

/** One S3 store under one identity. Nothing is sent before the first request. */
export interface Connection {
  /** The store as people would name it: the endpoint's URL, or `AWS`. */
  readonly endpoint: string;

  /** Which store that is, however its endpoint is spelled: `storeOf`. */
  readonly store: string;

  /**
   * Resolves once the store has accepted the credentials; `access-denied` proves that as well as a
   * list does. Throws a `Failure` where the store cannot be reached, refuses the credentials, or has
   * no such bucket.
   */
  check(request: CheckRequest): Promise<void>;

  readonly account: Account;

  /** The bucket with this name, whether or not it exists; the same object for the same name. */
  bucket(name: string): Bucket;

  /** What is known of what the store can do for this bucket. */
  capabilitiesOf(bucket: string): readonly KnownCapability[];

  /**
   * Lets a source of credentials that has failed be asked again, and the person for a code that it
   * needs, since that person wants something just now.
   */
  tryAgain(): void;

  /**
   * Returns whose credentials these are; `undefined` where nobody tells, or not soon. Never fails.
   */
  caller(signal: AbortSignal): Promise<CallerIdentity | undefined>;

  /**
   * Signs a person in whose profile needs it. Throws a `Failure`; `cancelled` where nobody wants to.
   */
  signIn(request: SignInRequest): Promise<SignInOutcome>;

  /** Closes all sockets. Requests under way fail. */
  close(): void;
}

export interface SignInRequest {
  /** Shows the page on which somebody signs in; false where nobody wants to. */
  readonly show: (page: SignInPage) => Promise<boolean>;
  readonly signal: AbortSignal;
}

export interface CheckRequest {
  /** What the credentials will be used for; without it, the buckets are listed instead. */
  readonly target: { readonly bucket: string; readonly prefix: string } | undefined;
  readonly signal: AbortSignal;
  /** Called before every attempt, the first included, with its number from 1. */
  readonly onAttempt?: (number: number) => void;
}
