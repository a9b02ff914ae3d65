import type { FailureRecord } from '../../protocol/failures';

/**
 * What the user is told about one kind of failure. Texts are functions, because the language is
 * known at run time only.
 */
export interface FailureEntry {
  readonly brief: (failure: FailureRecord) => string;
  readonly what: (failure: FailureRecord) => string;
  readonly next?: (failure: FailureRecord) => string;
  readonly actions: readonly FailureAction[];
}

/** What a message's button does. */
export type FailureAction =
  | 'open-folder'
  | 'retry'
  | 'compare'
  | 'choose-bucket'
  | 'choose-credentials'
  | 'sign-in'
  | 'open-credentials-file'
  | 'open-faulty-line'
  | 'learn-more'
  | 'open-settings'
  /** Asks for endpoint, region and credentials. */
  | 'change-endpoint'
  /** Sets the endpoint that the failure's cause begins with. */
  | 'use-endpoint'
  | 'show-log';
