/** Freeing local space. */

import type { FilePath, FolderSetup } from './folders';
import { requestType } from './messages';
import type { Chosen } from './plans';

/** Whose local files are to go. */
export type FreeUpScope =
  | Chosen
  /** Everything that is proved, by the comparison at hand. */
  | { readonly kind: 'all' }
  /** The files that failed in an earlier batch, judged anew. */
  | { readonly kind: 'failed'; readonly planId: number }
  /**
   * The files that an earlier batch kept only because their copies hold another time or other
   * permissions: the user takes that into account.
   */
  | { readonly kind: 'other-attributes'; readonly planId: number };

export interface FreeUpRequest {
  readonly folders: readonly { readonly setup: FolderSetup; readonly scope: FreeUpScope }[];
}

/** What becomes of local files whose space is freed; the trash frees nothing before it is emptied. */
export type FreeUpMethod = 'delete' | 'trash';

export const keptReasons = [
  'out-of-date',
  'missing-in-cloud',
  'changed-in-cloud',
  'unchecked',
  'not-proved',
  'ignored',
  'ignore-file',
  'archived',
  'under-way',
] as const;

/** Why a local file stays where space is freed. */
export type KeptReason = (typeof keptReasons)[number];

/** What freeing would do, and what it would leave. */
export interface FreeUpSummary {
  readonly planId: number;
  readonly files: number;
  readonly bytes: number;
  readonly largest: readonly { readonly path: FilePath; readonly bytes: number }[];
  readonly kept: readonly {
    readonly because: KeptReason;
    readonly files: number;
    readonly examples: readonly FilePath[];
  }[];
  /** Whether every bucket concerned keeps what is overwritten or deleted there. */
  readonly keepsVersions: boolean;
  /** How many of the files may come back with another time or other permissions. */
  readonly otherAttributes: number;
}

export interface FreeUpChoice {
  readonly planId: number;
  readonly method: FreeUpMethod;
}

export const planFreeUp = requestType<FreeUpRequest, FreeUpSummary>('planFreeUp');

/** Without it, a plan to free space cannot be run. */
export const chooseFreeUpMethod = requestType<FreeUpChoice, null>('chooseFreeWay');
