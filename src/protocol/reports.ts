/** What became of a plan. */

import type { FailureCode, FailureRecord } from './failures';
import type { FilePath } from './folders';
import { requestType } from './messages';
import type { Work } from './rows';

/** As what requests to a store are counted; the rest is by the method. */
export const requestKinds = ['LIST', 'HEAD', 'GET', 'PUT', 'POST', 'other'] as const;

export type RequestKind = (typeof requestKinds)[number];

export type RequestCounts = Readonly<Record<RequestKind, number>>;

/** What became of a plan; done, failed, skipped and cancelled add up to `planned`. */
export interface Report {
  readonly work: Work;
  readonly planId: number;
  readonly planned: number;
  /** Backed up, or restored. */
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cancelled: number;
  /** Files that were meant, too, but were no part of the plan that ran. */
  readonly leftAlone: number;
  /** Bytes that arrived. */
  readonly bytes: number;
  /** What the engine asked all stores from the batch's start to its end, each attempt counted. */
  readonly requests: RequestCounts;
  /** How often each reason kept a file from arriving. */
  readonly reasons: Readonly<Partial<Record<FailureCode, number>>>;
  /** Why the rest of the plan was left before its end: the store refused whatever it was asked for. */
  readonly stopped: FailureRecord | undefined;
  /** How many restored files are without a time or permissions that their disk did not take. */
  readonly attributesNotSet: number;
  /** The first hundred files that did not arrive, with the reason, where there is one. */
  readonly problems: readonly Problem[];
}

/** What became of one file. */
export interface ReportEntry {
  readonly kind: 'done' | 'failed' | 'skipped' | 'cancelled' | 'left-alone';
  readonly folder: string;
  readonly path: FilePath;
  readonly bytes: number;
  readonly failure: FailureRecord | undefined;
  /** Of a file that was left alone. */
  readonly because?: LeftAloneReason;
  /** Where a restored file is, if not in its own place. */
  readonly restoredAs?: FilePath;
  /** What became of the local file that a restored one has replaced. */
  readonly replaced?: ReplacedFile;
  /** What the disk did not take of a restored file's attributes. */
  readonly notSet?: readonly FileAttribute[];
}

/**
 * Why a file was left alone: its copy was changed, the user had it ignored, or the user would have had
 * to be asked and nobody was there.
 */
export type LeftAloneReason = 'changed-in-cloud' | 'ignored' | 'unasked';

/** What a restored file is to have beside its bytes. */
export type FileAttribute = 'time' | 'permissions';

export interface ReportRequest {
  readonly planId: number;
  readonly offset: number;
  readonly limit: number;
}

export interface ReportPage {
  readonly entries: readonly ReportEntry[];
  /** How many there are in all. */
  readonly total: number;
}

export interface Problem {
  readonly folder: string;
  readonly path: FilePath;
  /** One that was cancelled has a reason where it was waiting to be sent again. */
  readonly kind: 'failed' | 'skipped' | 'cancelled';
  readonly failure: FailureRecord;
}

/** What became of a local file that was replaced: it is in the trash, or has another name now. */
export type ReplacedFile =
  { readonly kind: 'trashed' } | { readonly kind: 'kept'; readonly path: FilePath };

export const reportPage = requestType<ReportRequest, ReportPage>('reportPage');
