/** What the engine is doing. */

import type { ComparisonTotals } from './comparisons';
import type { FailureRecord } from './failures';
import type { FilePath } from './folders';
import { notificationType } from './messages';
import type { Work } from './rows';
import type { VerifyProgress } from './verify';

/** What the engine is doing, and what it knows. Sent at most ten times a second. */
export type State = Doing & {
  /** One for each folder that has been compared, with the numbers of this moment. */
  readonly comparisons: readonly ComparisonTotals[];
  /** One for each folder that the engine has had to do with, counted while no batch runs there. */
  readonly unfinished: readonly UnfinishedFiles[];
};

/** How many files batches that were cut off have left. */
export interface UnfinishedFiles {
  readonly folder: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly files: number;
}

export type Doing =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'connecting';
      readonly folder: string;
      readonly attempt: number;
      readonly attempts: number;
    }
  | {
      readonly kind: 'comparing';
      readonly folder: string;
      readonly localFiles: number;
      readonly cloudFiles: number;
    }
  /** Looks at what is on disk, which a command waits for. */
  | { readonly kind: 'looking'; readonly folder: string }
  | ({ readonly kind: 'verifying' } & VerifyProgress)
  | { readonly kind: 'compared' }
  | { readonly kind: 'transferring'; readonly batches: readonly BatchProgress[] }
  | {
      readonly kind: 'paused';
      readonly why: PauseReason;
      readonly batches: readonly BatchProgress[];
    }
  | {
      readonly kind: 'failed';
      /** At least one. */
      readonly failures: readonly FolderFailure[];
    };

/** Why the last thing that was tried with a folder failed, or with all of them. */
export interface FolderFailure {
  readonly folder: string | undefined;
  readonly failure: FailureRecord;
}

/** Why batches rest, and with it what makes them go on. */
export type PauseReason =
  | { readonly kind: 'asked-for' }
  /** They go on by themselves when the store answers, or takes the credentials, again. */
  | {
      readonly kind: 'store-unreachable' | 'sign-in-needed';
      readonly failure: FailureRecord;
    };

export interface BatchProgress {
  readonly work: Work;
  readonly planId: number;
  readonly files: number;
  readonly bytes: number;
  /** Files that are settled, one way or the other. */
  readonly filesDone: number;
  /** Bytes that have moved. */
  readonly bytesDone: number;
  /** Files with which all went well. */
  readonly done: number;
  readonly failed: number;
  /** Over the last seconds. */
  readonly bytesPerSecond: number;
  /** `undefined` while it cannot be told. */
  readonly secondsLeft: number | undefined;
  /** No byte has moved for a while, though files are under way and nothing pauses them. */
  readonly awaitsStore: boolean;
  /** One of the files under way. */
  readonly current: FilePath | undefined;
}

export const stateChanged = notificationType<State>('stateChanged');
