/** Restoring from the cloud. */

import type { FilePath, FolderSetup } from './folders';
import { requestType } from './messages';
import type { Problem } from './reports';
import type { NodeId, Side } from './rows';
import type { Group } from './verdicts';

/** Which files of a folder to restore. */
export type RestoreScope =
  /** Everything that is in the cloud, by the comparison at hand. */
  | { readonly kind: 'all' }
  /** Rows of the comparison at hand. */
  | { readonly kind: 'nodes'; readonly nodes: readonly NodeId[] }
  /** Files and folders on disk, absolute; compared anew, with or without a comparison at hand. */
  | { readonly kind: 'resources'; readonly paths: readonly string[] }
  /** The files that failed in an earlier restore, by the comparison at hand. */
  | { readonly kind: 'failed'; readonly planId: number }
  /** One file as an older copy of it was. */
  | { readonly kind: 'version'; readonly path: FilePath; readonly versionId: string };

export interface RestoreRequest {
  readonly folders: readonly { readonly setup: FolderSetup; readonly scope: RestoreScope }[];
}

/** What a confirmed restore would do, and nothing else. */
export interface RestoreSummary {
  readonly planId: number;
  /** Files that would be fetched, those with a conflict included. */
  readonly files: number;
  readonly bytes: number;
  readonly conflicts: {
    readonly files: number;
    /** Those whose local file is younger than the copy, as far as their times tell. */
    readonly newerHere: number;
    readonly examples: readonly RestoreConflict[];
  };
  /** Files that lie in an archive, which may have to be asked for them first. */
  readonly archived: number;
  /** Files that cannot be restored here; each is in the report, with the reason. */
  readonly refused: { readonly files: number; readonly examples: readonly Problem[] };
  /** Files asked for that need no restore, or have no copy. */
  readonly excluded: Readonly<Partial<Record<Group, number>>>;
}

/** A local file in the place of one that would be restored, and not the same. */
export interface RestoreConflict {
  readonly folder: string;
  readonly path: FilePath;
  readonly local: Side;
  readonly cloud: Side;
}

/** `keep-both` puts the cloud's file beside the local one. */
export type ConflictChoice = 'replace' | 'keep-both' | 'skip';

/** What the user decided about a plan's conflicts. */
export interface ConflictChoices {
  readonly planId: number;
  readonly choice: ConflictChoice;
  /** Files for which another decision was made. */
  readonly except: readonly (Pick<RestoreConflict, 'folder' | 'path'> & {
    readonly choice: ConflictChoice;
  })[];
}

/** What was asked of an archive. */
export interface ArchiveRequest {
  /** The restore whose archived files are meant. */
  readonly planId: number;
  /** For how long they are to be readable. */
  readonly days: number;
}

export interface ArchiveAnswer {
  readonly requested: number;
  readonly problems: readonly Problem[];
}

export const planRestore = requestType<RestoreRequest, RestoreSummary>('planRestore');

/** Without it, a plan's conflicts are skipped. */
export const chooseConflicts = requestType<ConflictChoices, null>('chooseConflicts');

export const requestArchived = requestType<ArchiveRequest, ArchiveAnswer>('requestArchived');
