/** Rows of the tree. */

import type { GroupTotals } from './comparisons';
import type { FailureRecord } from './failures';
import type { FilePath } from './folders';
import { notificationType, requestType } from './messages';
import type { Group, Verdict } from './verdicts';

/** A place in the tree; the empty path is the group itself. */
export interface NodeId {
  readonly folder: string;
  readonly group: Group;
  readonly path: FilePath;
}

export interface Side {
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modifiedAtMs: number;
}

/** What a batch does to its files. */
export type Work = 'back-up' | 'restore' | 'free-up' | 'trash';

/** What is being done to a file right now, or has just been. */
export type Activity =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'under-way'; readonly work: Work }
  | { readonly kind: 'finished'; readonly work: Work }
  | { readonly kind: 'verifying' }
  | { readonly kind: 'failed'; readonly failure: FailureRecord };

export interface FileRow {
  readonly kind: 'file';
  readonly path: FilePath;
  /** Whether the row stands for an ignored or unreadable folder and all below it. */
  readonly isFolder: boolean;
  readonly verdict: Verdict;
  readonly local: Side | undefined;
  readonly cloud: Side | undefined;
  /** Whether its copy lies in an archive, which may have to be asked for it first. */
  readonly archived?: boolean;
  readonly activity: Activity | undefined;
}

export interface FolderRow {
  readonly kind: 'folder';
  readonly path: FilePath;
  /** Of this group, below this folder; without rows that have just finished and will leave it. */
  readonly totals: GroupTotals;
  /** Below this folder in all groups: local files that are missing or not current in the cloud. */
  readonly notBackedUp: number;
  readonly ignored: number;
}

export type Row = FileRow | FolderRow;

/** `list` puts all files of a group directly below it, in the order of the tree. */
export type TreeLayout = 'tree' | 'list';

export interface ChildrenRequest {
  readonly node: NodeId;
  readonly layout: TreeLayout;
  readonly offset: number;
  readonly limit: number;
}

export interface ChildrenPage {
  readonly rows: readonly Row[];
  /** How many children there are in all. */
  readonly total: number;
}

export const children = requestType<ChildrenRequest, ChildrenPage>('children');

/**
 * Show only the rows whose paths match this text; all of them for an empty one. The state that says
 * how many these are is sent before the answer.
 */
export const filterRows = requestType<string, null>('filterRows');

/** A row as it is now, in the group where it stands. */
export interface ChangedRow {
  readonly group: Group;
  readonly row: FileRow;
}

export interface RowsChange {
  readonly folder: string;
  /** Rows below these groups came, went or changed. */
  readonly groups: readonly Group[];
  /** Rows that changed where they stand; a row of no group above is all that has to be drawn. */
  readonly rows: readonly ChangedRow[];
}

export const rowsChanged = notificationType<RowsChange>('rowsChanged');
