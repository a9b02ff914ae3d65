/** Freeing local space. */

import type { FilePath, FolderSetup } from './folders';
import { question } from './messages';
import type { Chosen } from './plans';

/** Whose local files are to go. */
export type FreeScope =
  | Chosen
  /** Everything that is proved, by the comparison at hand. */
  | { readonly kind: 'all' }
  /** The files that failed in an earlier batch, judged anew. */
  | { readonly kind: 'failed'; readonly planId: number };

export interface FreeRequest {
  readonly parts: readonly { readonly setup: FolderSetup; readonly scope: FreeScope }[];
}

/** What becomes of local files whose space is freed; the trash frees nothing before it is emptied. */
export type FreeWay = 'delete' | 'trash';

export const stayReasons = [
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
export type StayReason = (typeof stayReasons)[number];

/** What freeing would do, and what it would leave. */
export interface FreeSummary {
  readonly planId: number;
  readonly files: number;
  readonly bytes: number;
  readonly largest: readonly { readonly path: FilePath; readonly bytes: number }[];
  readonly stays: readonly {
    readonly because: StayReason;
    readonly files: number;
    readonly examples: readonly FilePath[];
  }[];
  /** Whether every bucket concerned keeps what is overwritten or deleted there. */
  readonly keepsVersions: boolean;
}

export interface FreeChoice {
  readonly planId: number;
  readonly way: FreeWay;
}

export const planFreeUp = question<FreeRequest, FreeSummary>('planFreeUp');

/** Without it, a plan to free space cannot be run. */
export const chooseFreeWay = question<FreeChoice, null>('chooseFreeWay');
